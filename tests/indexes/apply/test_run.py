"""`indexes apply` as the real program, against a server that records what it is sent.

Tests `guards.py` and `locking.py` of `kampyn_perf/indexes/apply`, and
`kampyn_perf/indexes/plan/saved.py`, `kampyn_perf/indexes/model/refusals.py`,
`kampyn_perf/indexes/text/apply.py` and `kampyn_perf/cli/indexes/apply_view.py` too.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.indexes.apply.locking import RENEW_US, Locks
from kampyn_perf.indexes.model.ports import Lock, ServerRefusal
from tests.indexes.conftest import Cli
from tests.indexes.fake_mongo import FakeMongo, error, refuse
from tests.indexes.wire import Document, HangUpError

ALL = 12
"""Indexes of the document's catalogue."""


def test_apply_sends_one_command_per_collection_and_a_rerun_none(fake: FakeMongo, cli: Cli) -> None:
    done = cli("apply", "--yes", "--json", "--uri", fake.uri)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["met"] is True
    assert [step["outcome"] for step in report["steps"]] == ["done"] * ALL
    built = [c["createIndexes"] for c in fake.index_writes]
    assert built == ["users", "orders", "retails", "produces"]
    journal = fake.records["kampyn_perf_journal"]
    assert [entry["event"] for entry in journal] == ["started", "done"] * 4
    assert {"at", "by", "run", "plan"} <= set(journal[0])
    assert journal[1]["tookUs"] >= 0
    assert fake.records["kampyn_perf_lock"] == []

    fake.commands.clear()
    again = cli("apply", "--yes", "--json", "--uri", fake.uri)
    assert (again.returncode, fake.writes) == (0, [])
    assert json.loads(again.stdout)["steps"] == []
    assert cli("plan", "--check", "--uri", fake.uri).returncode == 0


def test_nobody_to_ask_is_not_a_yes(fake: FakeMongo, cli: Cli) -> None:
    done = cli("apply", "--uri", fake.uri)
    assert (done.returncode, fake.writes) == (2, [])
    assert "--yes" in done.stderr


def no_weight_seven(fake: FakeMongo) -> None:
    """A rule of this server that no table knows."""

    def handler(order: Document) -> Document:
        if any((index.get("weights") or {}).get("name") == 7 for index in order["indexes"]):
            return error(67, "weight 7 is not for sale")
        return fake.answer(order)

    fake.always["createIndexes"] = handler


OLD_TEXT = {
    "v": 2,
    "key": {"_fts": "text", "_ftsx": 1},
    "name": "name_text",
    "weights": {"name": 1},
    "default_language": "english",
    "language_override": "language",
    "textIndexVersion": 3,
}
NEW_TEXT = """
collections:
  retails:
    indexes:
      - key: {name: text}
        weights: {name: WEIGHT}
"""


@pytest.fixture
def changed_text(fake: FakeMongo, tmp_path: Path) -> FakeMongo:
    """A live text index, and a catalogue that wants another form of it."""
    fake.collections["retails"].rules.indexes["name_text"] = dict(OLD_TEXT)
    (tmp_path / "text.yaml").write_text(NEW_TEXT.replace("WEIGHT", "7"))
    return fake


CHANGE_TEXT = ("-c", "text.yaml", "--prune", "retails.name_text", "--drop", "--uri")


@pytest.mark.parametrize("more", [(), ("--skip-preflight",)])
def test_a_text_change_that_the_server_refuses_leaves_the_index_there(
    changed_text: FakeMongo, cli: Cli, more: tuple[str, ...]
) -> None:
    no_weight_seven(changed_text)
    done = cli("apply", "--yes", "--json", *more, *CHANGE_TEXT, changed_text.uri)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert {step["outcome"] for step in report["steps"]} == {"blocked"}
    assert "tried on an empty collection: weight 7 is not for sale (error 67)" in done.stderr
    assert changed_text.collections["retails"].rules.indexes["name_text"] == OLD_TEXT
    assert "kampyn_perf_probe" not in changed_text.collections
    assert changed_text.records["kampyn_perf_lock"] == []


def test_a_plan_that_lets_the_server_judge_says_so_first(changed_text: FakeMongo, cli: Cli) -> None:
    no_weight_seven(changed_text)
    blind = cli("plan", "--json", *CHANGE_TEXT, changed_text.uri)
    assert [a["action"] for a in json.loads(blind.stdout)["collections"][0]["actions"]] == [
        "change"
    ]
    changed_text.commands.clear()
    seeing = cli("plan", "--probe", "--json", *CHANGE_TEXT, changed_text.uri)
    conflict, leftover = json.loads(seeing.stdout)["collections"][0]["actions"]
    assert (conflict["action"], conflict["steps"]) == ("conflict", [])
    assert conflict["reason"].endswith("weight 7 is not for sale (error 67)")
    # What was to be replaced is not dropped for it either, although --prune names it.
    assert (leftover["name"], leftover["steps"]) == ("name_text", [])
    assert leftover["blocked"].startswith("stays, because what is to take its place")
    assert {str(next(iter(c.values()))) for c in changed_text.writes} == {
        "kampyn_perf_probe",
        "kampyn_perf_lock",
    }
    assert json.loads(blind.stdout)["contentHash"] == json.loads(seeing.stdout)["contentHash"]


def test_a_build_that_fails_after_the_drop_brings_the_old_form_back(
    changed_text: FakeMongo, cli: Cli
) -> None:
    def disk_full(order: Document) -> Document:
        if order["createIndexes"] == "retails" and "7" in str(order["indexes"][0]["weights"]):
            return error(14031, "no space left on the device")
        return changed_text.answer(order)

    changed_text.always["createIndexes"] = disk_full
    done = cli("apply", "--yes", "--json", *CHANGE_TEXT, changed_text.uri)
    assert done.returncode == 1
    assert "name_text could not be built; the old form of it is there again" in done.stderr
    assert changed_text.collections["retails"].rules.indexes["name_text"] == OLD_TEXT
    outcomes = [s["outcome"] for s in json.loads(done.stdout)["steps"]]
    assert outcomes == ["done", "failed"]
    events = [entry["event"] for entry in changed_text.records["kampyn_perf_journal"]]
    assert events == ["started", "done", "started", "failed", "started", "restored"]


def test_what_could_not_be_tried_is_not_dropped_for(changed_text: FakeMongo, cli: Cli) -> None:
    changed_text.always["create"] = refuse(13, "not allowed to create collections")
    done = cli("apply", "--yes", *CHANGE_TEXT, changed_text.uri)
    assert done.returncode == 1
    assert "not tried on an empty collection first: not allowed" in done.stderr
    assert changed_text.collections["retails"].rules.indexes["name_text"] == OLD_TEXT


@pytest.mark.parametrize("code", [67, 85, 86, 11000])
def test_one_bad_index_does_not_hold_up_the_rest(fake: FakeMongo, cli: Cli, code: int) -> None:
    def no_phone(order: Document) -> Document:
        if order["createIndexes"] == "users" and "phone_1" in str(order["indexes"]):
            return error(code, "this one cannot be")
        return fake.answer(order)

    fake.always["createIndexes"] = no_phone
    done = cli("apply", "--yes", "--json", "--uri", fake.uri)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    failed = [s for s in report["steps"] if s["outcome"] != "done"]
    assert [(s["name"], s["outcome"], s["code"]) for s in failed] == [("phone_1", "failed", code)]
    assert set(fake.collections["users"].rules.indexes) == {"_id_", "email_1", "collegeId_1"}
    assert f"(error {code})" in done.stderr


def test_duplicates_are_shown_and_their_index_is_not_begun(fake: FakeMongo, cli: Cli) -> None:
    def groups(order: Document) -> Document:
        if "$group" in order["pipeline"][0] and order["pipeline"][0]["$group"]["_id"]["k0"] == {
            "$ifNull": ["$email", None]
        }:
            return {"cursor": {"firstBatch": [GROUP, NULLS], "id": 0, "ns": "kampyn.users"}}
        return fake.answer(order)

    fake.always["aggregate"] = groups
    fake.records["users"] = [{"_id": 7}, {"_id": 8}]
    done = cli("apply", "--yes", "--json", "--uri", fake.uri)
    assert done.returncode == 1
    report = json.loads(done.stdout)
    [finding] = report["findings"]
    assert (finding["severity"], finding["index"]) == ("block", "email_1")
    assert 'email "a@x" in 2 documents' in finding["message"]
    assert "email null or missing in 9 documents" in finding["message"]
    outcomes = {step["name"]: step["outcome"] for step in report["steps"]}
    assert (outcomes["email_1"], outcomes["phone_1"]) == ("blocked", "done")
    assert "email_1" not in str(fake.index_writes)


GROUP = {"_id": {"k0": "a@x"}, "n": 2}
NULLS = {"_id": {"k0": None}, "n": 9}


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        ({"listCollections": refuse(13, "not authorized on kampyn")}, 2, "role dbAdmin"),
        ({"createIndexes": refuse(10107, "not primary")}, 3, "The primary changed"),
        ({"createIndexes": refuse(13, "not authorized")}, 1, "role dbAdmin"),
        ({"update": refuse(13, "not authorized")}, 2, "role dbAdmin"),
    ],
)
def test_a_server_that_says_no_is_told_apart(
    fake: FakeMongo, cli: Cli, script: dict[str, Any], code: int, words: str
) -> None:
    fake.always |= script
    done = cli("apply", "--yes", "--uri", fake.uri)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_credentials_are_said_and_not_shown(fake: FakeMongo, cli: Cli) -> None:
    fake.always["saslStart"] = refuse(18, "Authentication failed for s3cret")
    done = cli("apply", "--yes", "--uri", fake.uri.replace("//", "//ada:s3cret@", 1))
    assert done.returncode == 2
    assert "does not accept the user and password" in done.stderr
    assert "s3cret" not in done.stderr + done.stdout
    assert "ada" not in done.stderr + done.stdout


def test_no_server_is_unreachable(cli: Cli) -> None:
    uri = "mongodb://ada:s3cret@127.0.0.1:1/kampyn?serverSelectionTimeoutMS=300"
    done = cli("apply", "--yes", "--uri", uri)
    assert done.returncode == 3
    assert "no MongoDB server answers at mongodb://127.0.0.1:1/kampyn" in done.stderr
    assert "s3cret" not in done.stderr


def test_a_step_down_in_the_middle_is_finished_by_the_next_run(fake: FakeMongo, cli: Cli) -> None:
    def orders_lost(order: Document) -> Document:
        if order["createIndexes"] == "orders":
            raise ServerRefusal(189, "PrimarySteppedDown")
        return fake.answer(order)

    fake.always["createIndexes"] = orders_lost
    done = cli("apply", "--yes", "--uri", fake.uri)
    assert done.returncode == 3
    assert "The primary changed" in done.stderr
    fake.always.clear()
    fake.commands.clear()
    assert cli("apply", "--yes", "--uri", fake.uri).returncode == 0
    assert "users" not in [c.get("createIndexes") for c in fake.index_writes]


def test_a_lost_connection_ends_the_run_and_the_next_one_goes_on(fake: FakeMongo, cli: Cli) -> None:
    def hang_up(order: Document) -> Document:
        answer = fake.answer(order)  # the server builds on
        if order["createIndexes"] == "kampyn_perf_probe":
            return answer
        raise HangUpError

    fake.always["createIndexes"] = hang_up
    done = cli("apply", "--yes", "--json", "--uri", fake.uri)
    assert done.returncode == 3, done.stderr
    outcomes = [step["outcome"] for step in json.loads(done.stdout)["steps"]]
    assert outcomes == ["stopped"] * 3 + ["not-begun"] * 9
    assert fake.records["kampyn_perf_lock"] == []
    fake.always.clear()
    fake.commands.clear()
    assert cli("apply", "--yes", "--uri", fake.uri).returncode == 0
    assert [c["createIndexes"] for c in fake.index_writes] == ["orders", "retails", "produces"]


def test_a_node_that_takes_no_writes_is_refused_first(fake: FakeMongo, cli: Cli) -> None:
    fake.hello = {"isWritablePrimary": False, "setName": "r0", "primary": "two:2", "me": "one:1"}
    done = cli("apply", "--yes", "--uri", fake.uri)
    assert (done.returncode, fake.writes) == (3, [])
    assert "the primary is two:2" in done.stderr


def test_views_and_special_collections_keep_their_own(fake: FakeMongo, cli: Cli) -> None:
    fake.add("users", type="view")
    fake.add("orders", options={"capped": True, "size": 4096})
    fake.add("retails", type="timeseries", options={"timeseries": {"timeField": "t"}})
    done = cli("apply", "--yes", "--json", "--uri", fake.uri)
    assert done.returncode == 1
    assert "is a view (error 166)" in done.stderr
    assert "time-series collection has no text" in done.stderr
    built = [c["createIndexes"] for c in fake.index_writes]
    assert built == ["orders", "retails", "produces"]


def test_a_collection_that_is_not_there_yet_is_made_by_its_first_index(
    fake: FakeMongo, cli: Cli
) -> None:
    del fake.collections["produces"]
    assert cli("apply", "--yes", "--uri", fake.uri).returncode == 0
    assert "uniId_1_type_1" in fake.collections["produces"].rules.indexes


def test_a_state_that_changed_since_the_plan_is_refused(
    fake: FakeMongo, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "plan.json").write_text(cli("plan", "--json", "--uri", fake.uri).stdout)
    fake.answer({"createIndexes": "users", "indexes": [{"key": {"x": 1}, "name": "x_1"}]})
    fake.commands.clear()
    done = cli("apply", "--plan", "plan.json", "--uri", fake.uri)
    assert (done.returncode, fake.writes) == (1, [])
    assert "the indexes of users changed since the plan was made" in done.stderr

    (tmp_path / "plan.json").write_text(cli("plan", "--json", "--uri", fake.uri).stdout)
    assert cli("apply", "--plan", "plan.json", "--uri", fake.uri).returncode == 0


def test_a_change_between_plan_and_lock_is_seen(fake: FakeMongo, cli: Cli) -> None:
    def somebody_else(order: Document) -> Document:
        index = {"key": {"x": 1}, "name": "x_1"}
        fake.answer({"createIndexes": "orders", "indexes": [index]})
        return fake.answer(order)

    fake.script["update"] = [somebody_else]
    done = cli("apply", "--yes", "--uri", fake.uri)
    assert (done.returncode, fake.index_writes) == (1, [])
    assert "orders changed since the plan" in done.stderr
    assert fake.records["kampyn_perf_lock"] == []


def test_a_lock_held_by_somebody_else_is_named(fake: FakeMongo, cli: Cli) -> None:
    import datetime as dt

    later = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    lock = {"_id": "indexes", "owner": "ada@laptop", "expiresAt": later}
    fake.records["kampyn_perf_lock"] = [lock]
    done = cli("apply", "--yes", "--uri", fake.uri)
    assert (done.returncode, fake.index_writes) == (1, [])
    assert "changed by ada@laptop" in done.stderr
    lock["expiresAt"] = later - dt.timedelta(minutes=2)
    assert cli("apply", "--yes", "--uri", fake.uri).returncode == 0


def test_the_lock_is_kept_while_a_server_judges_one_collection_after_the_other() -> None:
    class Locker:
        renewed = 0

        def acquire_lock(self, owner: str, ttl_us: int) -> Lock:
            return Lock(owner=owner, expires_at_us=ttl_us)

        def renew_lock(self, lock: Lock, ttl_us: int) -> Lock:
            self.renewed += 1
            return lock

        def release_lock(self, lock: Lock) -> None:
            pass

    now, locker = [0], Locker()
    with Locks(databases=[locker], owner="me", clock=lambda: now[0]) as locks:
        database_of = locks.keeping(lambda collection: collection.upper())
        for minute in range(3):
            now[0] = minute * RENEW_US
            assert database_of("users") == "USERS"
    assert locker.renewed == 2
