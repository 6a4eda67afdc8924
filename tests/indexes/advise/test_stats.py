"""Entries of $queryStats, in the form that the manual shows."""

from kampyn_perf.indexes.advise.advice import advise
from kampyn_perf.indexes.advise.judge import Verdict
from kampyn_perf.indexes.advise.known import Known
from kampyn_perf.indexes.advise.stats import operation_of_stats
from kampyn_perf.indexes.advise.tally import Tallies
from kampyn_perf.indexes.model.spec import describe_keys


def entry(**more):
    shape = {
        "cmdNs": {"db": "shop", "coll": "orders"},
        "command": "find",
        "filter": {"$and": [{"vendorId": {"$eq": "?string"}}, {"n": {"$in": "?array<?number>"}}]},
        "sort": {"createdAt": -1},
        "limit": "?number",
    }
    return {
        "key": {
            "queryShape": shape | more,
            "client": {"application": {"name": "shop-api"}},
            "collectionType": "collection",
        },
        "metrics": {
            "execCount": {"$numberLong": "40"},
            "totalExecMicros": {"sum": 8_000_000, "max": 400_000, "min": 100_000},
            "docsReturned": {"sum": 800},
            "keysExamined": {"sum": 0},
            "docsExamined": {"sum": 2_000_000},
            "hasSortStage": {"true": 40, "false": 0},
        },
    }


def test_an_entry_stands_for_all_its_executions():
    tallies = Tallies()
    tallies.add(operation_of_stats(entry()))
    report = advise(tallies, lambda _: Known())
    (judged,) = report.judged
    assert judged.verdict is Verdict.WANTED
    assert judged.tally.count == 40
    assert judged.tally.examined == 50_000
    assert judged.tally.given == 20
    assert judged.tally.p95_us == 200_000  # the mean: single durations are not kept
    (advice,) = report.advice
    assert describe_keys(advice.spec.keys) == "{vendorId: 1, n: 1, createdAt: -1}"


def test_what_is_not_understood_is_left_out():
    assert operation_of_stats({}) is None
    assert operation_of_stats(entry(command="count")) is None
    assert operation_of_stats(entry(cmdNs={"db": "config", "coll": "x"})) is None
    assert operation_of_stats(entry() | {"metrics": {}}) is None
