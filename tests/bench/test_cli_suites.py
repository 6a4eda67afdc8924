"""The built-in suites as the real program runs them, on the embedded defaults, a few calls each."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from kampyn_perf.results.bench import BenchResult, CaseStatus
from tests.bench.test_cli import COMMAND, Bench, bench, latest  # noqa: F401 (bench: a fixture)

CHEAP = ("--set", "passwords.memory=64KB", "--set", "passwords.iterations=1")
SMALL = ("--set", "seed.users=20", "--set", "seed.orders=300", "--set", "seed.items=120")


def ok(done: subprocess.CompletedProcess[str], folder: Path) -> BenchResult:
    assert done.returncode == 0, done.stderr
    result = latest(folder)
    assert all(case.status is CaseStatus.OK for case in result.cases)
    return result


def nobody() -> int:
    """A port that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return int(gone.getsockname()[1])


def test_http_measures_every_endpoint_of_the_bundled_backend(bench: Bench, tmp_path: Path) -> None:  # noqa: F811
    done = bench("http", "-n", 4, "--param", "clients=1,2", *CHEAP, *SMALL, "--set", "workers=1")
    result = ok(done, tmp_path)

    assert [case.name for case in result.cases if case.clients == 2] == [
        f"http.{key}[clients=2]"
        for key in ("login", "check", "items", "cart_add", "order", "vendors", "active_orders")
    ]
    assert result.context["http"]["target"] == "the bundled backend"
    assert result.context["http"]["password iterations"] == 1


def test_db_measures_every_query_of_the_catalogue(bench: Bench, tmp_path: Path) -> None:  # noqa: F811
    result = ok(bench("db", "-n", 4, *SMALL, *CHEAP), tmp_path)

    names = {case.case for case in result.cases}
    assert {"db.users.login", "db.orders.vendor-analytics", "db.retails.item-search"} <= names
    assert {"db.analytics", "db.page", "db.cursor", "db.stream"} <= names
    assert {"db.bulk_update", "db.bulk_insert"} <= names
    returned = result.context["db"]["documents returned"]
    assert returned["users.login"] == 1
    assert returned["retails.page-of-items"] == 20
    assert returned["orders.vendor-analytics"] > 0


def test_a_given_database_is_read_only_unless_writes_are_allowed(
    bench: Bench,  # noqa: F811
    tmp_path: Path,
) -> None:
    seed = [*COMMAND[:-1], "backend", "seed", "--state", "state", *SMALL, *CHEAP]
    subprocess.run(
        [sys.executable, *seed[1:]], cwd=tmp_path, check=True, capture_output=True, timeout=100
    )
    file = tmp_path / "state/backend.db"

    def state() -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(file)) as connection:
            return connection.execute("SELECT _id, quantity FROM retails ORDER BY _id").fetchall()

    before = state()
    url = f"sqlite:///{file}"
    listed = bench("db", "--db", url, "--list").stdout
    assert "db.analytics" in listed and "bulk" not in listed

    writes = ok(bench("db", "--db", url, "-n", 5, "--allow-writes", "-k", "bulk"), tmp_path)
    assert len(writes.cases) == 4
    assert state() == before


def test_cache_measures_a_real_redis(bench: Bench, tmp_path: Path) -> None:  # noqa: F811
    result = ok(bench("cache", "-n", 4), tmp_path)
    assert {case.case for case in result.cases} == {
        f"cache.{word}"
        for word in (
            "get_hit",
            "get_miss",
            "setex",
            "pipeline",
            "middleware_hit",
            "middleware_miss",
        )
    }
    assert result.context["cache"]["redis"]


def test_auth_measures_the_configured_cost(bench: Bench, tmp_path: Path) -> None:  # noqa: F811
    result = ok(bench("auth", "-n", 4, *CHEAP), tmp_path)
    assert {case.case for case in result.cases} == {
        f"auth.{word}" for word in ("hash", "verify", "login", "token_issue", "token_check")
    }
    assert result.context["auth"]["memory bytes"] == 64 * 1024


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
    bench: Bench,  # noqa: F811
) -> None:
    done = bench(*arguments(), "-n", 2, "--set", "store.mongo.serverSelectionTimeoutMS=300")
    assert done.returncode == code, done.stderr
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_a_suite_that_is_not_there_leaves_the_others_their_results(
    bench: Bench,  # noqa: F811
    tmp_path: Path,
) -> None:
    done = bench("cache", "auth", "-n", 2, "--set", "cache.url=off", *CHEAP)
    assert done.returncode == 3
    statuses = {case.suite: case.status for case in latest(tmp_path).cases}
    assert statuses == {"cache": CaseStatus.UNAVAILABLE, "auth": CaseStatus.OK}


def test_the_environment_configures_the_backend(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "auth", "-n", "2", "-k", "hash"],
        cwd=tmp_path,
        env=os.environ
        | {"KAMPYN_BACKEND_PASSWORDS__MEMORY": "128KB", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert latest(tmp_path).context["auth"]["memory bytes"] == 128 * 1024


@pytest.mark.mongo
def test_db_measures_mongodb_and_leaves_it_as_it_was(
    bench: Bench,  # noqa: F811
    tmp_path: Path,
    mongo_uri: str,
    mongo_database: str,
) -> None:
    from pymongo import MongoClient

    head, _, options = mongo_uri.partition("?")
    url = f"{head.rstrip('/')}/{mongo_database}?{options}"
    seed = [*COMMAND[:-1], "backend", "seed", "--state", "state", "--store", url, *SMALL, *CHEAP]
    subprocess.run(
        [sys.executable, *seed[1:]], cwd=tmp_path, check=True, capture_output=True, timeout=150
    )
    with MongoClient(mongo_uri) as client:
        retails = client[mongo_database]["retails"]
        before = sorted((one["_id"], one["quantity"]) for one in retails.find())
        done = bench("db", "--db", url, "-n", 2, "--allow-writes", "-k", "not size=100")
        assert sorted((one["_id"], one["quantity"]) for one in retails.find()) == before

    result = ok(done, tmp_path)
    assert {"db.orders.pending-orders", "db.analytics", "db.stream", "db.bulk_insert"} <= {
        case.case for case in result.cases
    }
    assert result.context["db"]["documents returned"]["orders.vendor-analytics"] > 0
