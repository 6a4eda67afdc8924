"""The suite `db` as the real program runs it, on the embedded store and on MongoDB.

Tests `kampyn_perf/bench/built_in/db_cleanup.py` and `kampyn_perf/bench/suites/db.py` too.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests import mongo_server
from tests.bench.program import CHEAP, SMALL, Bench, ok, program


def test_db_measures_every_query_of_the_catalogue(bench: Bench, tmp_path: Path) -> None:
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
    bench: Bench,
    tmp_path: Path,
) -> None:
    seeded = program(tmp_path, "backend", "seed", "--state", "state", *SMALL, *CHEAP)
    assert seeded.returncode == 0, seeded.stderr
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


@pytest.mark.mongo
def test_db_measures_mongodb_and_leaves_it_as_it_was(
    bench: Bench,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    uri, indexes = mongo_server.best(request)
    with mongo_server.fresh_database(uri) as name:
        measure_mongodb(bench, tmp_path, uri, name, indexes)


def measure_mongodb(bench: Bench, tmp_path: Path, uri: str, name: str, indexes: str) -> None:
    from pymongo import MongoClient

    head, _, options = uri.partition("?")
    url = f"{head.rstrip('/')}/{name}?{options}"
    seed = ("backend", "seed", "--state", "state", "--db", url, *SMALL, *CHEAP)
    seeded = program(tmp_path, *seed, "--set", f"store.indexes={indexes}")
    assert seeded.returncode == 0, seeded.stderr
    with MongoClient(uri) as client:
        retails = client[name]["retails"]
        before = sorted((one["_id"], one["quantity"]) for one in retails.find())
        cases = "not size=100" + (" and not item-search" if indexes == "none" else "")
        done = bench("db", "--db", url, "-n", 2, "--allow-writes", "-k", cases)
        assert sorted((one["_id"], one["quantity"]) for one in retails.find()) == before

    result = ok(done, tmp_path)
    assert {"db.orders.pending-orders", "db.analytics", "db.stream", "db.bulk_insert"} <= {
        case.case for case in result.cases
    }
    assert result.context["db"]["documents returned"]["orders.vendor-analytics"] > 0
