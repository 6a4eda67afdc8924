"""An audit says what it was pointed at; what it judges is in `stores/test_crashes`.

Touches both auditors (`stores/*/auditor.py`) and what `serve` says to the same mistakes.

Tests `kampyn_perf/backend/audit_facts.py`, `kampyn_perf/backend/stores/sqlite/auditor.py` and
`kampyn_perf/backend/stores/mongo/auditor.py` too.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kampyn_perf.backend.audit import audit
from kampyn_perf.backend.store_settings import MongoSettings, StoreSettings
from kampyn_perf.errors import ExitCode, KampynError, UnreachableError
from tests import mongo_server
from tests.backend.conftest import SETTINGS, start
from tests.backend.stores.conftest import Case, case, stores

__all__ = ["case", "stores"]
STORE = StoreSettings(mongo=MongoSettings(serverSelectionTimeoutMS=500, minPoolSize=0))


def refused(url: str, *words: str) -> KampynError:
    with pytest.raises(UnreachableError) as caught:
        audit(url, STORE)
    for word in words:
        assert word in caught.value.message
    assert caught.value.code is ExitCode.UNREACHABLE
    assert "--db" in caught.value.hint
    return caught.value


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    refused(f"sqlite:///{tmp_path}/mispelt.db", "mispelt.db is no seeded store", "no such file")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("important " * 1_000)
    refused(f"sqlite:///{path}", "notes.txt is no seeded store", "not a database")
    assert path.read_text() == "important " * 1_000


def test_a_database_of_somebody_else_is_named_with_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    path.touch()
    refused(f"sqlite:///{path}", "lacks the tables carts, order_keys", "it has: none")
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE songs (title)")
    connection.close()
    refused(f"sqlite:///{path}", "it has: songs")


def test_a_store_that_was_never_seeded(tmp_path: Path, case: Case) -> None:
    if case.url.startswith("sqlite"):
        from kampyn_perf.backend.stores.sqlite.store import path_of, prepare

        empty = f"sqlite:///{tmp_path}/empty.db"
        prepare(path_of(empty), STORE.sqlite)
        refused(empty, "it has no users")
        return
    address, _, query = case.url.partition("?")
    refused(f"{address}x?{query}", "x' at mongodb://", "it has no users", "collections: none")


def test_an_audit_writes_nothing(tmp_path: Path) -> None:
    case = Case(f"sqlite:///{tmp_path / 'shop.db'}", StoreSettings())
    case.seed()
    before = (tmp_path / "shop.db").read_bytes()
    (tmp_path / "shop.db").chmod(0o400)
    assert audit(case.url, case.settings).ok
    assert (tmp_path / "shop.db").read_bytes() == before


@pytest.mark.mongo
def test_credentials_that_are_wrong_or_missing_are_said_and_not_shown(state: Path) -> None:
    with mongo_server.wanting_login("shop:right") as uri:
        host = uri.removeprefix("mongodb://").partition("/")[0].partition("?")[0]
        for credentials in ("shop:wr0ng-secret@", ""):
            url = f"mongodb://{credentials}{host}/kampyn?directConnection=true"
            with pytest.raises(KampynError) as caught:
                audit(url, STORE)
            assert host in caught.value.message
            assert "wr0ng-secret" not in caught.value.message + caught.value.hint
            store = STORE.model_copy(update={"url": url})
            with pytest.raises(KampynError) as served:
                start(SETTINGS.model_copy(update={"store": store}), state_dir=state)
            assert served.value.message == caught.value.message
            assert served.value.code is caught.value.code
