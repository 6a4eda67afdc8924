"""A recording MongoDB server, and the program as its users run it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import forked
from tests.indexes.fake_mongo import FakeMongo

ROOT = Path(__file__).parent.parent.parent
Cli = Callable[..., "subprocess.CompletedProcess[str]"]
TIMEOUT_SECONDS = 120


@pytest.fixture
def fake() -> Iterator[FakeMongo]:
    """A replica set's primary, MongoDB 7.0, with the document's collections, none indexed."""
    server = FakeMongo()
    for name in ("users", "orders", "retails", "produces"):
        server.add(name)
    yield server
    server.close()


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """`kampyn-perf indexes ...`, run to its end without a terminal, in a process of its own."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        words = ["indexes", *arguments]
        return forked.run(words, tmp_path, environment(), timeout=TIMEOUT_SECONDS)

    return run


def start(folder: Path, *arguments: str) -> forked.Started:
    """The same, to be looked at and signalled while it runs."""
    return forked.Started(["indexes", *arguments], folder, environment())


def environment() -> dict[str, str]:
    """This process's, without what would point the program at somebody's real database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MONGO_URI")}
    return kept | {"PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "200"}
