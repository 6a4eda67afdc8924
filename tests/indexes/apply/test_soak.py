"""Hide, soak, drop, and the way back.

Tests `journal.py` and `unhide.py` of `kampyn_perf/cli/indexes`, and
`kampyn_perf/indexes/apply/journal.py` and `kampyn_perf/indexes/text/journal.py`, and
`kampyn_perf/indexes/plan/unhide.py` too.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.indexes.apply.journal import hidden_since
from kampyn_perf.indexes.apply.soak import DEFAULT_SOAK_US, due
from kampyn_perf.indexes.model.live import LiveCollection, LiveIndex
from kampyn_perf.indexes.plan.actions import Prune, PruneStage
from tests.indexes.conftest import Cli
from tests.indexes.fake_mongo import FakeMongo
from tests.indexes.observe.test_usage import SERVER

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
PRUNE = Prune(collection="orders", name="a_1")


def entry(step: str, days_ago: float, event: str = "done") -> dict[str, Any]:
    at = (NOW - dt.timedelta(days=days_ago)).isoformat()
    return {"at": at, "event": event, "step": step, "collection": "orders", "indexes": ["a_1"]}


def live(hidden: bool) -> LiveCollection:
    index = LiveIndex(definition={"key": {"a": 1}, "name": "a_1", "hidden": hidden})
    return LiveCollection(name="orders", server=SERVER, indexes=(index,))


@pytest.mark.parametrize(
    ("hidden", "journal", "stage", "words"),
    [
        (False, [entry("hide", 30)], PruneStage.HIDE, ""),
        (True, [entry("hide", 6.9)], PruneStage.HIDE, "soaks"),
        (True, [entry("hide", 7.1)], PruneStage.DROP, "it is dropped"),
        (True, [], PruneStage.HIDE, "does not say since when"),
        (True, [entry("hide", 30), entry("unhide", 20)], PruneStage.HIDE, "since when"),
        (True, [entry("hide", 30, event="failed")], PruneStage.HIDE, "since when"),
        (True, [entry("hide", 30), entry("unhide", 9), entry("hide", 8)], PruneStage.DROP, "is"),
    ],
)
def test_a_drop_is_due_after_the_soaking_time(
    hidden: bool, journal: list[dict[str, Any]], stage: PruneStage, words: str
) -> None:
    found = due(PRUNE, live(hidden), journal, now=NOW, soak_us=DEFAULT_SOAK_US)
    assert found.prune.stage is stage
    assert words in found.note


def test_the_journal_of_another_index_says_nothing() -> None:
    assert hidden_since([entry("hide", 1)], "orders", "b_1") is None
    assert hidden_since([entry("hide", 1)], "users", "a_1") is None


def test_prune_hides_soaks_and_drops_and_unhide_takes_it_back(
    fake: FakeMongo, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "c.yaml").write_text("collections: {orders: {indexes: [{key: {userId: 1}}]}}")
    old = [
        {"key": {"vendorId": 1}, "name": "vendorId_1"},
        {"key": {"userId": 1}, "name": "userId_1"},
    ]
    fake.answer({"createIndexes": "orders", "indexes": old})
    indexes = fake.collections["orders"].rules
    prune = ("apply", "-c", "c.yaml", "--yes", "--prune", "orders.vendorId_1", "--uri", fake.uri)

    assert cli(*prune).returncode == 0
    assert indexes.indexes["vendorId_1"]["hidden"] is True
    fake.commands.clear()
    soaking = cli(*prune)
    assert soaking.returncode == 0
    assert "orders.vendorId_1 soaks" in soaking.stderr
    assert fake.writes == []

    back = cli("unhide", "orders.vendorId_1", "-c", "c.yaml", "--uri", fake.uri)
    assert back.returncode == 0, back.stderr
    assert "hidden" not in indexes.indexes["vendorId_1"]
    fake.commands.clear()
    assert cli("unhide", "orders.vendorId_1", "-c", "c.yaml", "--uri", fake.uri).returncode == 0
    assert fake.writes == []

    assert cli(*prune).returncode == 0
    assert cli(*prune, "--soak", "0s").returncode == 0
    assert set(indexes.indexes) == {"_id_", "userId_1"}

    told = cli("journal", "-c", "c.yaml", "--json", "--uri", fake.uri)
    entries = json.loads(told.stdout)["entries"]
    done = [e["step"] for e in entries if e["event"] == "done"]
    assert done == ["hide", "unhide", "hide", "drop"]
    assert all("@" in e["by"] and e["tookUs"] >= 0 for e in entries if e["event"] == "done")
    assert "vendorId_1" in told.stderr


def test_nothing_is_dropped_that_was_not_named(fake: FakeMongo, cli: Cli) -> None:
    extra = [{"key": {"x": 1}, "name": "x_1"}]
    fake.answer({"createIndexes": "orders", "indexes": extra})
    assert cli("apply", "--yes", "--uri", fake.uri).returncode == 0
    assert "x_1" in fake.collections["orders"].rules.indexes
    assert not [c for c in fake.commands if "dropIndexes" in c or "collMod" in c]
    done = cli("unhide", "orders.y_1", "--uri", fake.uri)
    assert done.returncode == 2
    assert "there is no index orders.y_1" in done.stderr
