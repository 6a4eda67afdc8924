"""What the built-in suites refuse to measure, or cannot reach (`hosts`, and each suite)."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from tests.bench.program import Bench


def nobody() -> int:
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return int(gone.getsockname()[1])


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (lambda: ("db", "--db", f"mongodb://127.0.0.1:{nobody()}/x"), 3, "no MongoDB server"),
        (lambda: ("db", "--db", "sqlite:///away.db"), 3, "there is no database at away.db"),
        (lambda: ("db", "--db", f"sqlite:///{__file__}"), 3, "not a database"),
        (lambda: ("db", "--db", "mongodb://db.example.edu/x"), 2, "--allow-host db.example.edu"),
        (lambda: ("db", "--db", "postgres://127.0.0.1/x"), 2, "not a database"),
        (lambda: ("db", "--db", "mongodb://127.0.0.1:27017"), 2, "names no database"),
        (lambda: ("cache", "--redis", f"redis://127.0.0.1:{nobody()}"), 3, "does not answer"),
        (lambda: ("cache", "--redis", "redis://c.example.edu"), 2, "--allow-host c.example.edu"),
        (lambda: ("cache", "--set", "cache.url=off"), 3, "the cache is off"),
        (lambda: ("http", "--target", f"http://127.0.0.1:{nobody()}"), 3, "cannot be reached"),
        (lambda: ("http", "--target", "http://a.example.edu"), 2, "--allow-host a.example.edu"),
        (lambda: ("http", "--target", "kampyn"), 2, "the target kampyn has no URL"),
        (lambda: ("http", "--target", "kampin"), 2, "no such configuration"),
    ],
)
def test_what_is_not_there_or_not_allowed(
    arguments: Callable[[], tuple[str, ...]],
    code: int,
    message: str,
    bench: Bench,
) -> None:
    done = bench(*arguments(), "-n", 2, "--set", "store.mongo.serverSelectionTimeoutMS=300")
    assert done.returncode == code, done.stderr
    assert message in " ".join((done.stdout + done.stderr).split())
    assert "Traceback" not in done.stderr
