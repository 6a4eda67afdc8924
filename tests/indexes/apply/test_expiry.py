"""What expiry would delete is told first, and above a share it is asked for by name."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from tests.indexes.conftest import Cli
from tests.indexes.fake_mongo import FakeMongo, refuse
from tests.indexes.wire import Document

CATALOGUE = """
confirmExpiryAbove: SHARE
collections:
  users: {indexes: [{key: {seenAt: 1}, expireAfterSeconds: SECONDS}]}
"""
OLDEST = dt.datetime(2019, 3, 4, tzinfo=dt.UTC)
LIVE = {"v": 2, "key": {"seenAt": 1}, "name": "seenAt_1", "expireAfterSeconds": 86_400}


@pytest.fixture
def users(fake: FakeMongo) -> FakeMongo:
    """1,000 of 5,000 documents are old enough; some have no date."""
    rows = [
        {"_id": "date", "n": 4_000, "gone": 1_000, "oldest": OLDEST},
        {"_id": "missing", "n": 1_000, "gone": 0, "oldest": None},
    ]

    def count(order: Document) -> Document:
        if "gone" in order["pipeline"][-1].get("$group", {}):
            return {"cursor": {"firstBatch": rows, "id": 0, "ns": "kampyn.users"}}
        return fake.answer(order)

    fake.always["aggregate"] = count
    return fake


def applied(
    users: FakeMongo, cli: Cli, tmp_path: Path, *flags: str, seconds: str = "30d", share: str = "1%"
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one finding, and the one step."""
    text = CATALOGUE.replace("SECONDS", seconds).replace("SHARE", share)
    (tmp_path / "cat.yaml").write_text(text)
    done = cli("apply", "-c", "cat.yaml", "--yes", "--json", *flags, "--uri", users.uri)
    report = json.loads(done.stdout)
    findings = [each for each in report["findings"] if "seenAt" in each["message"]]
    return (findings or [{}])[0], report["steps"][0]


COUNTED = (
    "1,000 of 5,000 documents (20 %) are deleted at once, the oldest of 2019-03-04; seenAt is date "
    "in 4,000, missing in 1,000"
)
ASKED = "; more than 1 %: --expire users.seenAt_1 allows it"


@pytest.mark.parametrize("flags", [(), ("--skip-preflight",)])
def test_more_than_the_share_is_not_begun_unasked(
    users: FakeMongo, cli: Cli, tmp_path: Path, flags: tuple[str, ...]
) -> None:
    finding, step = applied(users, cli, tmp_path, *flags)
    assert (finding["severity"], finding["message"]) == ("block", COUNTED + ASKED)
    assert step["outcome"] == "blocked"
    assert users.index_writes == []


def test_by_name_it_is_allowed(users: FakeMongo, cli: Cli, tmp_path: Path) -> None:
    finding, step = applied(users, cli, tmp_path, "--expire", "users.seenAt_1")
    assert (finding["severity"], finding["message"]) == ("warn", COUNTED)
    assert step["outcome"] == "done"


def test_below_the_share_it_is_only_told(users: FakeMongo, cli: Cli, tmp_path: Path) -> None:
    finding, step = applied(users, cli, tmp_path, share="0.2")
    assert (finding["severity"], step["outcome"]) == ("note", "done")


@pytest.mark.parametrize(("seconds", "outcome"), [("1h", "blocked"), ("2d", "done")])
def test_a_shortened_expiry_is_counted_and_a_longer_one_is_not(
    users: FakeMongo, cli: Cli, tmp_path: Path, seconds: str, outcome: str
) -> None:
    users.collections["users"].rules.indexes["seenAt_1"] = dict(LIVE)
    finding, step = applied(users, cli, tmp_path, seconds=seconds)
    assert (step["step"], step["outcome"]) == ("set-ttl", outcome)
    assert bool(finding) is (outcome == "blocked")


def test_what_cannot_be_counted_is_asked_for_too(
    users: FakeMongo, cli: Cli, tmp_path: Path
) -> None:
    users.always |= {"aggregate": refuse(13, "not allowed"), "find": refuse(13, "not allowed")}
    (tmp_path / "cat.yaml").write_text(CATALOGUE.replace("SECONDS", "1d").replace("SHARE", "1%"))
    words = ("apply", "-c", "cat.yaml", "--yes", "--uri", users.uri)
    done = cli(*words)
    assert "could not count what would be deleted: not allowed; --expire users.seenAt_1" in (
        done.stderr
    )
    assert users.index_writes == []
