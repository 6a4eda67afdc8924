"""Plans held to expectations, and the command on the wire.

Tests `kampyn_perf/indexes/text/verify.py` and `kampyn_perf/cli/indexes/verify.py` too.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.errors import ExitCode
from kampyn_perf.indexes.explain.classify import parse_explain
from kampyn_perf.indexes.explain.verify import Verdict, exit_code, judge
from kampyn_perf.indexes.model.explained import Explained, Reach, Scan
from kampyn_perf.indexes.model.query import Access, Expectation, Query
from tests.indexes.conftest import Cli
from tests.indexes.explain.test_classify import COLLSCAN, classic, fetch, ixscan
from tests.indexes.fake_mongo import FakeMongo, refuse

QUERY = Query(
    name="q",
    collection="orders",
    expect=Expectation(indexes=("a_1", "b_1"), max_examined_per_result=2),
)
GOOD = Explained(
    scans=(Scan(reach=Reach.INDEX, stage="IXSCAN", index="a_1"),),
    returned=10,
    keys_examined=12,
    docs_examined=10,
)


def test_what_is_as_expected_passes() -> None:
    found = judge(QUERY, GOOD)
    assert (found.verdict, found.reasons) == (Verdict.PASS, ())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"scans": (Scan(reach=Reach.COLLECTION, stage="COLLSCAN", shard="s2"),)},
         "reads the whole collection on s2"),
        ({"scans": (Scan(reach=Reach.INDEX, stage="IXSCAN", index="c_1"),)},
         "uses c_1, not a_1 or b_1"),
        ({"in_memory_sort": True}, "sorts in memory"),
        ({"keys_examined": 21}, "examines 2.1 keys or documents per result, more than 2"),
        ({"returned": 0, "docs_examined": 3},
         "examines 12 keys or documents per result, more than 2"),
    ],
)  # fmt: skip
def test_each_expectation_can_fail(change: dict[str, Any], reason: str) -> None:
    found = judge(QUERY, replace(GOOD, **change))
    assert (found.verdict, found.reasons) == (Verdict.FAIL, (reason,))


@pytest.mark.parametrize(
    "change",
    [
        {"scans": (Scan(reach=Reach.UNKNOWN, stage="WARP"),), "unknown_stages": ("WARP",)},
        {"scans": (Scan(reach=Reach.NOTHING, stage="EOF"),)},
        {"returned": None},
    ],
)
def test_a_plan_that_does_not_say_enough_never_passes(change: dict[str, Any]) -> None:
    assert judge(QUERY, replace(GOOD, **change)).verdict is Verdict.NO_VERDICT


def test_a_scan_that_is_expected_passes_and_an_index_then_fails() -> None:
    query = replace(QUERY, expect=Expectation(access=Access.SCAN))
    scan = replace(GOOD, scans=(Scan(reach=Reach.COLLECTION, stage="COLLSCAN"),))
    assert judge(query, scan).verdict is Verdict.PASS
    assert judge(query, GOOD).verdict is Verdict.FAIL


def test_the_worst_outcome_decides_the_exit_code() -> None:
    good = judge(QUERY, GOOD)
    unsure = judge(QUERY, replace(GOOD, returned=None))
    bad = judge(QUERY, replace(GOOD, in_memory_sort=True))
    assert exit_code((good,)) is ExitCode.OK
    assert exit_code((good, unsure)) is ExitCode.NO_VERDICT
    assert exit_code((unsure, bad, good)) is ExitCode.FAILED


def test_the_command_names_the_query_that_scans(fake: FakeMongo, cli: Cli) -> None:
    fake.explains["users"] = classic(fetch(ixscan("email_1")))
    fake.explains["orders"] = classic(COLLSCAN)
    arguments = ("verify", "--uri", fake.uri, "--json")
    done = cli(*arguments, "-q", "login", "-q", "pending-orders")
    assert done.returncode == 1
    queries = {each["query"]: each for each in json.loads(done.stdout)["queries"]}
    assert queries["login"]["verdict"] == "pass"
    assert queries["login"]["found"]["indexes"] == ["email_1"]
    assert queries["pending-orders"]["reasons"] == ["reads the whole collection"]
    assert "orders.pending-orders: reads the whole collection" in done.stderr
    assert fake.writes == []


def test_parameters_reach_the_server_in_their_types(fake: FakeMongo, cli: Cli) -> None:
    cli("verify", "-q", "login", "--param", "email=a@b.c", "--uri", fake.uri)
    [sent] = [c["explain"] for c in fake.commands if "explain" in c]
    assert sent == {"find": "users", "filter": {"email": "a@b.c"}, "limit": 1}
    fake.commands.clear()
    cli("verify", "-q", "vendor-analytics", "--uri", fake.uri)
    [sent] = [c["explain"] for c in fake.commands if "explain" in c]
    moment = sent["pipeline"][0]["$match"]["createdAt"]["$gte"]
    assert moment.year >= 2020  # a date, not a text


def test_a_plan_in_unknown_words_is_no_verdict(fake: FakeMongo, cli: Cli) -> None:
    fake.explains["users"] = {"strategy": "python"}
    done = cli("verify", "-q", "login", "--uri", fake.uri)
    assert done.returncode == 4
    assert "no query plan in it" in done.stdout


def test_a_query_that_the_server_refuses_fails(fake: FakeMongo, cli: Cli) -> None:
    fake.always["explain"] = refuse(27, "text index required for $text query")
    done = cli("verify", "-q", "item-search", "--uri", fake.uri)
    assert done.returncode == 1
    assert "retails.item-search: text index required" in done.stdout


def test_a_query_that_is_not_declared_is_a_usage_error(fake: FakeMongo, cli: Cli) -> None:
    done = cli("verify", "-q", "logins", "--uri", fake.uri)
    assert done.returncode == 2
    assert "no such query: logins" in done.stderr


def joining(strategy: str, **more: Any) -> dict[str, Any]:
    winning = {
        "stage": "EQ_LOOKUP",
        "foreignCollection": "kampyn.orders",
        "strategy": strategy,
        **more,
        "inputStage": {"stage": "IXSCAN", "indexName": "email_1", "keyPattern": {"email": 1}},
    }
    return {
        "queryPlanner": {"winningPlan": {"queryPlan": winning}},
        "executionStats": {"nReturned": 1, "totalKeysExamined": 1, "totalDocsExamined": 9},
    }


@pytest.mark.parametrize(
    ("foreign", "explain", "verdict", "words"),
    [
        ({}, joining("HashJoin"), "fail", "reads the whole of orders (EQ_LOOKUP, HashJoin)"),
        ({}, joining("NestedLoopJoin"), "fail", "reads the whole of orders"),
        ({"orders": Access.SCAN}, joining("HashJoin"), "pass", ""),
        ({"orders": Access.ANY}, joining("NestedLoopJoin"), "pass", ""),
        ({}, joining("IndexedLoopJoin", indexName="userId_1"), "pass", ""),
        (
            {"orders": ("userId_1",)},
            joining("IndexedLoopJoin", indexName="other_1"),
            "fail",
            "uses other_1 of orders (EQ_LOOKUP, IndexedLoopJoin), not userId_1",
        ),
        ({"orders": Access.SCAN}, joining("IndexedLoopJoin", indexName="u_1"), "fail", "uses u_1"),
        ({}, joining("NonExistentForeignCollection"), "no-verdict", "is not there"),
        ({}, joining("QuantumJoin"), "no-verdict", "is not known"),
        (
            {"reviews": Access.INDEX},
            joining("IndexedLoopJoin", indexName="userId_1"),
            "no-verdict",
            "says nothing of reviews",
        ),
    ],
)
def test_what_is_expected_of_a_join(
    foreign: dict[str, Any], explain: dict[str, Any], verdict: str, words: str
) -> None:
    query = Query(name="q", collection="users", expect=Expectation(foreign=foreign))
    judged = judge(query, parse_explain(explain))
    assert (judged.verdict.value, words in " ".join(judged.reasons)) == (verdict, True)
    assert judged.notes[0].startswith("joins orders by ")


def test_a_query_that_may_do_anything_may_join_anyhow() -> None:
    query = Query(name="q", collection="users", expect=Expectation(access=Access.ANY))
    assert judge(query, parse_explain(joining("HashJoin"))).verdict.value == "pass"


WRITES = """
collections:
  users:
    queries:
      towns: {distinct: city, filter: {email: a}, hint: email_1}
      rename:
        update: {$set: {name: "{name}"}}
        filter: {email: a}
        multi: true
        collation: {locale: en}
        hint: {email: 1}
      gone: {delete: true, filter: {email: a}}
      all: {filter: {email: a}, hint: email_1}
parameters: {name: Ada}
"""


def test_what_is_sent_for_each_kind(fake: FakeMongo, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "writes.yaml").write_text(WRITES)
    plan = {"stage": "IXSCAN", "indexName": "email_1", "keyPattern": {"email": 1}}
    fake.explains["users"] = {"queryPlanner": {"winningPlan": plan}}
    done = cli("verify", "-c", "writes.yaml", "--db", fake.uri)
    assert done.returncode == 0, done.stdout + done.stderr
    sent = [command["explain"] for command in fake.commands if "explain" in command]
    email = {"email": "a"}
    assert sent == [
        {"distinct": "users", "key": "city", "query": email, "hint": "email_1"},
        {
            "update": "users",
            "updates": [
                {
                    "q": email,
                    "u": {"$set": {"name": "Ada"}},
                    "multi": True,
                    "hint": {"email": 1},
                    "collation": {"locale": "en"},
                }
            ],
        },
        {"delete": "users", "deletes": [{"q": email, "limit": 1}]},
        {"find": "users", "filter": email, "hint": "email_1"},
    ]
    assert fake.writes == []


def test_no_write_is_run_to_time_it(fake: FakeMongo, cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "writes.yaml").write_text(WRITES)
    fake.always["find"] = lambda _: {"cursor": {"id": 0, "ns": "kampyn.users", "firstBatch": []}}
    fake.always["distinct"] = lambda _: {"values": []}
    words = ("-c", "writes.yaml", "--record", "b.json", "-n", "20", "--db", fake.uri)
    done = cli("effect", *words)
    assert done.returncode == 0, done.stderr
    assert fake.writes == []
    timed = json.loads((tmp_path / "b.json").read_text())
    assert {name.partition(".")[2] for name in timed["queries"]} == {"towns", "all"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{distinct: a, count: true}", "one of count, distinct"),
        ("{delete: true, filter: {a: 1}, sort: {a: 1}}", "takes a filter alone"),
        ("{filter: {a: 1}, multi: true}", "multi belongs"),
        ("{filter: {a: 1}, expect: {foreign: {x: maybe}}}", "foreign"),
    ],
)
def test_a_query_that_is_two_things_is_refused(
    text: str, words: str, cli: Cli, tmp_path: Path
) -> None:
    (tmp_path / "bad.yaml").write_text(f"collections: {{users: {{queries: {{q: {text}}}}}}}\n")
    done = cli("lint", "-c", "bad.yaml")
    assert done.returncode == 2
    assert words in done.stderr
