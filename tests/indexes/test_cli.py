"""plan, lint and import as the real program, on an SQLite file and on MongoDB's wire protocol.

Tests `plan.py`, `lint.py`, `importing.py`, `__init__.py`, `options.py`, `terminal.py`, `advise.py`
and `advise_view.py` of `kampyn_perf/cli/indexes`.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.indexes.conftest import Cli

CATALOGUE = """\
collections:
  users:
    required: [email]
    indexes:
      - {key: {email: 1}, unique: true, reason: one account per address}
      - {key: {uniId: 1, name: -1}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "indexes.yaml").write_text(CATALOGUE)
    with sqlite3.connect(tmp_path / "store.db") as connection:
        connection.execute("CREATE TABLE users (_id TEXT PRIMARY KEY, email, uniId, name)")
        connection.execute("CREATE INDEX old ON users (name)")
    connection.close()
    return tmp_path


STORE = ("--db", "sqlite:///store.db")


def test_plan_says_what_would_change_and_check_fails_on_it(folder: Path, cli: Cli) -> None:
    result = cli("plan", *STORE, "--check")
    assert (result.returncode, result.stderr) == (1, "")
    assert result.stdout.startswith("sqlite:///store.db\nusers  (SQLite ")
    assert "+ create    email_1  {email: 1} unique\n      for: one account per" in result.stdout
    assert "? extra     old  {name: 1}" in result.stdout
    assert "\x1b[" not in result.stdout


def test_plan_json_stands_alone_on_stdout_and_changes_nothing(folder: Path, cli: Cli) -> None:
    before = (folder / "store.db").read_bytes()
    result = cli("plan", *STORE, "--json")
    data: dict[str, Any] = json.loads(result.stdout)
    assert result.stderr == ""
    assert data["counts"] == {"create": 2, "extra": 1}
    assert (folder / "store.db").read_bytes() == before


def test_after_apply_the_plan_is_empty(folder: Path, cli: Cli) -> None:
    applied = cli("apply", *STORE, "--yes")
    assert applied.returncode == 0, applied.stderr
    result = cli("plan", *STORE, "--check", "--json")
    assert result.returncode == 0
    data = json.loads(result.stdout)
    assert (data["empty"], data["counts"]) == (True, {"extra": 1, "keep": 2})


def test_an_imported_catalogue_plans_empty(folder: Path, cli: Cli) -> None:
    imported = cli("import", *STORE, "-o", "mine.yaml")
    assert imported.returncode == 0, imported.stderr
    result = cli("plan", *STORE, "--catalogue", "mine.yaml", "--check", "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["counts"] == {"keep": 1}


def test_import_from_mongoose_prints_yaml_alone_on_stdout(folder: Path, cli: Cli) -> None:
    (folder / "declared.json").write_text('{"users": [[{"email": 1}, {"unique": true}]]}')
    result = cli("import", "--mongoose", "declared.json")
    assert result.returncode == 0
    assert "      - key: {email: 1}\n        unique: true\n" in result.stdout
    assert result.stderr == "indexes: 1, collections: 1\n"


def test_lint_exit_codes_and_formats(folder: Path, cli: Cli) -> None:
    (folder / "bad.yaml").write_text(CATALOGUE + "      - {key: {a: hashed}, unique: true}\n")
    bad = cli("lint", "-c", "bad.yaml")
    assert bad.returncode == 1
    assert "bad.yaml:7: error: users.a_hashed: a hashed index cannot be unique" in bad.stdout
    sarif = cli("lint", "-c", "bad.yaml", "--format", "sarif")
    assert json.loads(sarif.stdout)["version"] == "2.1.0"
    assert json.loads(cli("lint", "--json").stdout)["errors"] == 0


def test_lint_strict_fails_on_a_warning_and_explain_tells_why(folder: Path, cli: Cli) -> None:
    (folder / "warn.yaml").write_text(CATALOGUE + "      - {key: {uniId: 1}}\n")
    assert cli("lint", "-c", "warn.yaml", "--strict").returncode == 1
    told = cli("lint", "--rule", "redundant-prefix")
    assert (told.returncode, "read forwards or backwards" in told.stdout) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("plan",), 2, "MONGO_URI not set"),
        (("plan", "--uri", "redis://user:secret@h/0"), 2, "not a database"),
        (("plan", *STORE, "--prune", "nothing"), 2, "expected COLLECTION.INDEX"),
        (("plan", *STORE, "--only", "user"), 2, "no such collection: user"),
        (("import", "--mongoose", "x.json", "-o", "store.db"), 2, "store.db is there already"),
    ],
)
def test_mistakes_are_told_with_what_to_do(
    folder: Path, cli: Cli, arguments: tuple[str, ...], code: int, words: str
) -> None:
    result = cli(*arguments)
    assert (result.returncode, result.stdout) == (code, "")
    assert words in result.stderr
    assert "secret" not in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.mongo
def test_plan_apply_plan_and_import_on_the_wire(
    folder: Path, cli: Cli, mongo_uri: str, mongo_database: str
) -> None:
    from pymongo import MongoClient

    with MongoClient(mongo_uri) as client:
        users = client[mongo_database].users
        users.insert_many([{"email": f"{n}@x", "uniId": n, "name": "n"} for n in range(30)])
        users.create_index([("uniId", 1), ("name", -1)], name="named_by_hand")
    uri = mongo_uri.replace("/?", f"/{mongo_database}?")
    uri = uri if mongo_database in uri else f"{uri.rstrip('/')}/{mongo_database}"
    first = cli("plan", "--check", "--json", "--uri", uri)
    assert first.returncode == 1, first.stderr
    assert json.loads(first.stdout)["counts"] == {"create": 1, "keep": 1}
    assert cli("apply", "--yes", "--uri", uri).returncode == 0
    again = cli("plan", "--check", "--json", "--uri", uri)
    assert (again.returncode, json.loads(again.stdout)["empty"]) == (0, True)
    assert cli("import", "-o", "mine.yaml", "--uri", uri).returncode == 0
    assert "name: named_by_hand" in (folder / "mine.yaml").read_text()
    last = cli("plan", "-c", "mine.yaml", "--check", "--uri", uri)
    assert last.returncode == 0, last.stderr
    sampled = cli("lint", "--sample", "100", "--json", "--uri", uri)
    assert (sampled.returncode, json.loads(sampled.stdout)["findings"]) == (0, [])


SLOW = (
    '2026-11-28T08:18:46.337Z 2 WARNING kampyn.slow: Slow query: users.find - 88 ms {"sql":'
    '"SELECT _id FROM users WHERE uniId = ? AND phone = ? ORDER BY name LIMIT ?","plan":'
    '["SCAN users","USE TEMP B-TREE FOR ORDER BY"],"returned":20,"comment":"GET /users"}\n'
)


def test_advice_becomes_a_catalogue_that_plan_accepts(folder: Path, cli: Cli) -> None:
    with sqlite3.connect(folder / "store.db") as connection:
        connection.execute("ALTER TABLE users ADD COLUMN phone")
        rows = [(str(n), f"{n % 40}") for n in range(2_000)]
        connection.executemany("INSERT INTO users (_id, uniId) VALUES (?, ?)", rows)
    connection.close()
    (folder / "error.log").write_text(SLOW * 3)
    advised = cli("advise", "error.log", *STORE, "-o", "advised.yaml")
    assert advised.returncode == 0, advised.stderr
    assert "1. sqlite.users  {uniId: 1, phone: 1, name: 1}" in advised.stdout
    assert "3 times, 264 ms in all, P95 88.0 ms; each read all 2,000" in advised.stdout
    assert "sent by GET /users (3)" in advised.stdout
    assert "error.log: 3 lines, 3 of slow operations" in advised.stderr
    plan = json.loads(cli("plan", "-c", "advised.yaml", *STORE, "--json").stdout)
    assert plan["counts"]["create"] == 1
    assert cli("apply", "-c", "advised.yaml", *STORE, "--yes").returncode == 0
    again = json.loads(cli("advise", "error.log", *STORE, "--json").stdout)
    assert again["advice"] == []
    assert [shape["verdict"] for shape in again["shapes"]] == ["there"]
    assert again["shapes"][0]["indexes"] == ["uniId_1_phone_1_name_1"]


def test_advice_wants_something_to_read(folder: Path, cli: Cli) -> None:
    nothing = cli("advise")
    assert nothing.returncode == 2
    assert "--profiler" in nothing.stderr
    assert cli("advise", "none.log").returncode == 2
    (folder / "empty.log").write_text("nothing slow here\n")
    unknown = cli("advise", "empty.log")
    assert unknown.returncode == 4
    assert "nothing is known" in unknown.stderr
    assert "No index is missing" not in unknown.stdout
    (folder / "there.yaml").write_text("")
    refused = cli("advise", "none.log", "-o", "there.yaml")
    assert "there.yaml is there already" in refused.stderr
