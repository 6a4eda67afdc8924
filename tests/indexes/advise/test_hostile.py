"""A log is written by whoever sends queries: nothing in a record makes the reader fail.

Tests `kampyn_perf/indexes/advise` and `kampyn_perf/indexes/text/advise.py`.
"""

from __future__ import annotations

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kampyn_perf.indexes.advise.advice import advise
from kampyn_perf.indexes.advise.known import Known
from kampyn_perf.indexes.advise.log import LogReader
from kampyn_perf.indexes.advise.stats import operation_of_stats
from kampyn_perf.indexes.advise.tally import Tallies
from kampyn_perf.indexes.model.catalogue import Catalogue, Cluster
from kampyn_perf.indexes.text.advise import advice_json, advice_lines
from kampyn_perf.indexes.text.advised import advised_catalogue

NAMES = st.sampled_from(
    [
        "a", "a.b", "_id", "", "$and", "$or", "$nor", "$in", "$gt", "$eq", "$ne", "$not", "$regex",
        "$options", "$elemMatch", "$all", "$exists", "$expr", "$text", "$near", "$match", "$sort",
        "$group", "$lookup", "$graphLookup", "$skip", "$limit", "$project", "$addFields", "$facet",
        "$regularExpression", "$oid", "$date", "$numberLong", "from", "foreignField", "pipeline",
        "pattern", "$set", "$geoNear", "$unionWith", "$comment",
    ]
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=4),
    st.sampled_from(["$a", "$$a", "?string", "###", "^a", "1"]),
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
PARTS = st.sampled_from(
    [
        "filter", "query", "q", "u", "update", "sort", "skip", "limit", "pipeline", "collation",
        "hint", "comment", "key", "updates", "deletes",
    ]
)  # fmt: skip
COMMANDS = st.sampled_from(
    ["find", "aggregate", "count", "distinct", "update", "delete", "findAndModify", "getMore"]
)
BASE = Catalogue(collections=(), clusters={"default": Cluster(name="default", variable="M")})
RELAXED = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)


@RELAXED
@given(
    command=st.dictionaries(PARTS, JSON, max_size=5),
    kind=COMMANDS,
    figures=st.dictionaries(
        st.sampled_from(
            ["keysExamined", "docsExamined", "nreturned", "durationMillis", "planSummary",
             "hasSortStage", "appName", "truncated", "originatingCommand", "type", "ns"]
        ),
        JSON,
        max_size=5,
    ),
)  # fmt: skip
def test_any_record_is_read_or_left_out(command, kind, figures):
    attr = {
        "ns": "shop.orders",
        "command": {kind: "orders", **command},
        "planSummary": "COLLSCAN",
        "docsExamined": 90_000,
        "durationMillis": 200,
        **figures,
    }
    line = json.dumps(
        {"t": {"$date": "2026-11-01T10:00:00.000+00:00"}, "msg": "Slow query", "attr": attr},
        separators=(",", ":"),
    ).encode()
    reader, tallies = LogReader(), Tallies()
    tallies.add_all(reader.read([line, line]))
    assert reader.slow == 2
    report = advise(tallies, lambda _: Known())
    list(advice_lines(report, everything=True))
    json.dumps(advice_json(report, ()), default=str)
    advised_catalogue(report, BASE, values=True)


@RELAXED
@given(JSON, JSON)
def test_any_entry_of_query_stats(shape, metrics):
    entry = {"key": {"queryShape": shape}, "metrics": metrics}
    operation_of_stats(entry)
    named = shape if isinstance(shape, dict) else {}
    place = {"cmdNs": {"db": "shop", "coll": "orders"}, "command": "find"}
    full = {"key": {"queryShape": {**named, **place}}, "metrics": {"execCount": 3}}
    operation = operation_of_stats(full)
    assert operation is not None
    tallies = Tallies()
    tallies.add(operation)
    advise(tallies, lambda _: Known())
