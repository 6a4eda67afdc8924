"""plan, lint and import as the real program, on an SQLite file and on MongoDB's wire protocol."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

CATALOGUE = """\
collections:
  users:
    required: [email]
    indexes:
      - {key: {email: 1}, unique: true, reason: one account per address}
      - {key: {uniId: 1, name: -1}}
"""


def run(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kampyn_perf", "indexes", *arguments],
        check=False,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        env={name: v for name, v in os.environ.items() if not name.startswith("MONGO_URI")}
        | environ,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "indexes.yaml").write_text(CATALOGUE)
    with sqlite3.connect(tmp_path / "store.db") as connection:
        connection.execute("CREATE TABLE users (_id TEXT PRIMARY KEY, email, uniId, name)")
        connection.execute("CREATE INDEX old ON users (name)")
    connection.close()
    return tmp_path


STORE = ("--uri", "sqlite:///store.db")


def test_plan_says_what_would_change_and_check_fails_on_it(folder: Path) -> None:
    result = run("plan", *STORE, "--check", cwd=folder)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("sqlite:///store.db\nusers  (SQLite ")
    assert "+ create    email_1  {email: 1} unique\n      for: one account per" in result.stderr
    assert "? extra     old  {name: 1}" in result.stderr
    assert "\x1b[" not in result.stderr


def test_plan_json_stands_alone_on_stdout_and_changes_nothing(folder: Path) -> None:
    before = (folder / "store.db").read_bytes()
    result = run("plan", *STORE, "--json", cwd=folder)
    data: dict[str, Any] = json.loads(result.stdout)
    assert result.stderr == ""
    assert data["counts"] == {"create": 2, "extra": 1}
    assert (folder / "store.db").read_bytes() == before


def test_after_apply_the_plan_is_empty(folder: Path) -> None:
    applied = run("apply", *STORE, "--yes", cwd=folder)
    assert applied.returncode == 0, applied.stderr
    result = run("plan", *STORE, "--check", "--json", cwd=folder)
    assert result.returncode == 0
    data = json.loads(result.stdout)
    assert (data["empty"], data["counts"]) == (True, {"extra": 1, "keep": 2})


def test_an_imported_catalogue_plans_empty(folder: Path) -> None:
    imported = run("import", *STORE, "-o", "mine.yaml", cwd=folder)
    assert imported.returncode == 0, imported.stderr
    result = run("plan", *STORE, "--catalogue", "mine.yaml", "--check", "--json", cwd=folder)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["counts"] == {"keep": 1}


def test_import_from_mongoose_prints_yaml_alone_on_stdout(folder: Path) -> None:
    (folder / "declared.json").write_text('{"users": [[{"email": 1}, {"unique": true}]]}')
    result = run("import", "--mongoose", "declared.json", cwd=folder)
    assert result.returncode == 0
    assert "      - key: {email: 1}\n        unique: true\n" in result.stdout
    assert result.stderr == "indexes: 1, collections: 1\n"


def test_lint_exit_codes_and_formats(folder: Path) -> None:
    (folder / "bad.yaml").write_text(CATALOGUE + "      - {key: {a: hashed}, unique: true}\n")
    bad = run("lint", "-c", "bad.yaml", cwd=folder)
    assert bad.returncode == 1
    assert "bad.yaml:7: error: users.a_hashed: a hashed index cannot be unique" in bad.stderr
    sarif = run("lint", "-c", "bad.yaml", "--format", "sarif", cwd=folder)
    assert json.loads(sarif.stdout)["version"] == "2.1.0"
    assert json.loads(run("lint", "--json", cwd=folder).stdout)["errors"] == 0


def test_lint_strict_fails_on_a_warning_and_explain_tells_why(folder: Path) -> None:
    (folder / "warn.yaml").write_text(CATALOGUE + "      - {key: {uniId: 1}}\n")
    assert run("lint", "-c", "warn.yaml", "--strict", cwd=folder).returncode == 1
    told = run("lint", "--explain", "redundant-prefix", cwd=folder)
    assert (told.returncode, "read forwards or backwards" in told.stderr) == (0, True)


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
    folder: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    result = run(*arguments, cwd=folder)
    assert (result.returncode, result.stdout) == (code, "")
    assert words in result.stderr
    assert "secret" not in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.mongo
def test_plan_apply_plan_and_import_on_the_wire(
    folder: Path, mongo_uri: str, mongo_database: str
) -> None:
    from pymongo import MongoClient

    with MongoClient(mongo_uri) as client:
        users = client[mongo_database].users
        users.insert_many([{"email": f"{n}@x", "uniId": n, "name": "n"} for n in range(30)])
        users.create_index([("uniId", 1), ("name", -1)], name="named_by_hand")
    uri = mongo_uri.replace("/?", f"/{mongo_database}?")
    uri = uri if mongo_database in uri else f"{uri.rstrip('/')}/{mongo_database}"
    first = run("plan", "--check", "--json", cwd=folder, MONGO_URI=uri)
    assert first.returncode == 1, first.stderr
    assert json.loads(first.stdout)["counts"] == {"create": 1, "keep": 1}
    assert run("apply", "--yes", cwd=folder, MONGO_URI=uri).returncode == 0
    again = run("plan", "--check", "--json", cwd=folder, MONGO_URI=uri)
    assert (again.returncode, json.loads(again.stdout)["empty"]) == (0, True)
    assert run("import", "-o", "mine.yaml", cwd=folder, MONGO_URI=uri).returncode == 0
    assert "name: named_by_hand" in (folder / "mine.yaml").read_text()
    last = run("plan", "-c", "mine.yaml", "--check", cwd=folder, MONGO_URI=uri)
    assert last.returncode == 0, last.stderr
    sampled = run("lint", "--sample", "100", "--json", cwd=folder, MONGO_URI=uri)
    assert (sampled.returncode, json.loads(sampled.stdout)["findings"]) == (0, [])
