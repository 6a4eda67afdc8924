"""What is live goes into the user's own file, with its use.

Tests `kampyn_perf/cli/indexes/adopt.py` too.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from kampyn_perf.indexes.catalogue.load import read_catalogue
from tests.indexes.conftest import Cli
from tests.indexes.fake_mongo import FakeMongo

MINE = """\
# the team's
collections:
  users:
    indexes:
      - key: {email: 1}   # login
        unique: true
      - key: {phone: 1}
        sparse: true
"""


@pytest.fixture
def mine(fake: FakeMongo, tmp_path: Path) -> Path:
    path = tmp_path / "mine.yaml"
    path.write_text(MINE)
    keys = [({"email": 1}, "mail"), ({"phone": 1}, "phone_1"), ({"at": -1}, "at_-1")]
    specs = [{"key": key, "name": name} for key, name in keys]
    specs[0]["unique"] = True
    fake.answer({"createIndexes": "users", "indexes": specs})
    fake.answer({"createIndexes": "orders", "indexes": [{"key": {"a": 1}, "name": "a_1"}]})
    began = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    fake.collections["users"].uses = [
        {"name": "at_-1", "host": "one:1", "accesses": {"ops": 12_034, "since": began}}
    ]
    return path


def test_what_nobody_wrote_down(fake: FakeMongo, cli: Cli, mine: Path) -> None:
    shown = cli("adopt", "-c", "mine.yaml", "--db", fake.uri, "--dry-run")
    assert shown.returncode == 0, shown.stderr
    assert mine.read_text() == MINE
    assert "users:\n  - key: {at: -1}\n" in shown.stdout
    done = cli("adopt", "-c", "mine.yaml", "--db", fake.uri)
    assert done.returncode == 0, done.stderr
    text = mine.read_text()
    assert text.startswith(MINE)
    assert "used 12,034 times on one:1 since 2026-10-01" in " ".join(text.split())
    assert "users.phone_1 is in the catalogue in another form" in done.stderr
    wanted, _ = read_catalogue(str(mine))
    assert [(p.name, len(p.entries)) for p in wanted.collections] == [("users", 3), ("orders", 1)]
    assert fake.index_writes == []
    again = cli("adopt", "-c", "mine.yaml", "--db", fake.uri)
    assert "Nothing to adopt" in again.stderr
    assert mine.read_text() == text


def test_only_one_collection(fake: FakeMongo, cli: Cli, mine: Path) -> None:
    done = cli("adopt", "-c", "mine.yaml", "--db", fake.uri, "--only", "users", "--dry-run")
    assert done.stdout.startswith("users:\n")
    assert "orders" not in done.stdout


def test_a_catalogue_that_came_along_is_not_changed(fake: FakeMongo, cli: Cli) -> None:
    done = cli("adopt", "--db", fake.uri)
    assert done.returncode == 2
    assert "indexes import -o" in done.stderr
