"""Explain documents of every shape, as servers 3.2 to 8 write them.

Tests `stages.py` and `tree.py` of `kampyn_perf/indexes/explain`, and
`kampyn_perf/indexes/model/explained.py` too.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.indexes.explain.classify import parse_explain
from kampyn_perf.indexes.model.explained import NotAnExplainError, Reach, Scan

Plan = dict[str, Any]


def ixscan(name: str = "a_1", **more: Any) -> Plan:
    return {"stage": "IXSCAN", "keyPattern": {"a": 1}, "indexName": name, **more}


def fetch(inner: Plan) -> Plan:
    return {"stage": "FETCH", "inputStage": inner}


COLLSCAN: Plan = {"stage": "COLLSCAN", "direction": "forward"}


def stats(returned: int = 6, keys: int = 479, docs: int = 6, **more: Any) -> Plan:
    return {
        "executionSuccess": True,
        "nReturned": returned,
        "executionTimeMillis": 3,
        "totalKeysExamined": keys,
        "totalDocsExamined": docs,
        "executionStages": more or {"stage": "FETCH"},
    }


def classic(plan: Plan, statistics: Plan | None = None) -> Plan:
    return {
        "queryPlanner": {"plannerVersion": 1, "winningPlan": plan, "rejectedPlans": [COLLSCAN]},
        "executionStats": statistics or stats(),
        "ok": 1,
    }


def slot_based(plan: Plan) -> Plan:
    winning = {"queryPlan": plan, "slotBasedPlan": {"slots": "", "stages": "[1] ixseek"}}
    return {
        "explainVersion": "2",
        **classic(winning, stats(stage="limit", inputStage={"stage": "nlj"})),
    }


@pytest.mark.parametrize("shape", [classic, slot_based])
def test_an_index_scan_is_read_in_both_engines_words(shape: Any) -> None:
    found = parse_explain(shape({"stage": "LIMIT", "inputStage": fetch(ixscan())}))
    assert found.scans == (Scan(reach=Reach.INDEX, stage="IXSCAN", index="a_1", keys={"a": 1}),)
    assert (found.reach, found.indexes) == (Reach.INDEX, ("a_1",))
    assert (found.returned, found.keys_examined, found.docs_examined) == (6, 479, 6)
    assert found.examined_per_result == pytest.approx(479 / 6)
    assert not found.in_memory_sort
    assert not found.covered
    assert found.unknown_stages == ()


@pytest.mark.parametrize(
    ("plan", "reach", "indexes"),
    [
        (COLLSCAN, Reach.COLLECTION, ()),
        ({"stage": "IDHACK"}, Reach.PRIMARY, ()),
        ({"stage": "EOF"}, Reach.NOTHING, ()),
        ({"stage": "EXPRESS_IXSCAN", "indexName": "a_1"}, Reach.INDEX, ("a_1",)),
        ({"stage": "EXPRESS_CLUSTERED_IXSCAN"}, Reach.PRIMARY, ()),
        ({"stage": "CLUSTERED_IXSCAN"}, Reach.PRIMARY, ()),
        ({"stage": "COUNT", "inputStage": {"stage": "COUNT_SCAN", "indexName": "a_1"}},
         Reach.INDEX, ("a_1",)),
        ({"stage": "PROJECTION_COVERED", "inputStage": {"stage": "DISTINCT_SCAN",
          "indexName": "a_1"}}, Reach.INDEX, ("a_1",)),
        ({"stage": "OR", "inputStages": [fetch(ixscan("a_1")), fetch(ixscan("b_1"))]},
         Reach.INDEX, ("a_1", "b_1")),
        ({"stage": "OR", "inputStages": [fetch(ixscan()), COLLSCAN]}, Reach.COLLECTION, ("a_1",)),
        ({"stage": "TEXT_MATCH", "indexName": "t_text", "inputStage": fetch(ixscan("t_text"))},
         Reach.INDEX, ("t_text",)),
        ({"stage": "SUBPLAN", "inputStage": {"stage": "SORT_MERGE",
          "inputStages": [ixscan("a_1"), ixscan("a_1")]}}, Reach.INDEX, ("a_1",)),
    ],
)  # fmt: skip
def test_every_way_to_documents_has_its_name(
    plan: Plan, reach: Reach, indexes: tuple[str, ...]
) -> None:
    found = parse_explain(classic(plan))
    assert (found.reach, found.indexes, found.unknown_stages) == (reach, indexes, ())


def test_keys_alone_answer_a_covered_query() -> None:
    plan = {"stage": "PROJECTION", "inputStage": ixscan()}
    assert parse_explain(classic(plan, stats(keys=5, docs=0))).covered


def test_a_count_returns_what_it_counted() -> None:
    counted = stats(0, 40, 0, stage="COUNT", nCounted=40)
    plan = {"stage": "COUNT", "inputStage": {"stage": "COUNT_SCAN", "indexName": "a_1"}}
    found = parse_explain(classic(plan, counted))
    assert (found.returned, found.examined_per_result) == (40, 1)


def test_a_blocking_sort_and_a_spill_are_seen() -> None:
    plan = {"stage": "SORT", "sortPattern": {"b": 1}, "inputStage": fetch(ixscan())}
    spilled = stats(stage="SORT", usedDisk=True, inputStage={"stage": "FETCH"})
    found = parse_explain(classic(plan, spilled))
    assert (found.in_memory_sort, found.spilled) == (True, True)


def test_an_aggregation_reads_its_cursor_and_its_sorts() -> None:
    document = {
        "stages": [
            {"$cursor": classic(fetch(ixscan()))},
            {"$group": {"_id": "$a"}, "spills": 0},
            {"$sort": {"sortKey": {"_id": 1}}},
            {"$lookup": {"from": "users"}, "indexesUsed": ["_id_"], "collectionScans": 2},
        ]
    }
    found = parse_explain(document)
    assert (found.reach, found.indexes, found.in_memory_sort) == (Reach.INDEX, ("a_1",), True)
    assert [(s.collection, s.reach) for s in found.scans[1:]] == [
        ("users", Reach.INDEX),
        ("users", Reach.COLLECTION),
    ]
    assert found.unknown_stages == ()


def test_a_union_is_read_inside() -> None:
    inner = [{"$cursor": classic(COLLSCAN)}]
    document = {
        "stages": [
            {"$cursor": classic(fetch(ixscan()))},
            {"$unionWith": {"coll": "archive", "pipeline": inner}},
        ]
    }
    found = parse_explain(document)
    assert found.reach is Reach.INDEX
    assert [s.collection for s in found.scans if s.reach is Reach.COLLECTION] == ["archive"]


def test_one_shard_that_scans_everything_decides() -> None:
    shards = [
        {"shardName": "s1", "winningPlan": {"stage": "SHARDING_FILTER", "inputStage": COLLSCAN}},
        {"shardName": "s2", "winningPlan": {"stage": "SHARDING_FILTER", "inputStage": ixscan()}},
    ]
    found = parse_explain(classic({"stage": "SHARD_MERGE", "shards": shards}))
    assert [(scan.shard, scan.reach) for scan in found.scans] == [
        ("s1", Reach.COLLECTION),
        ("s2", Reach.INDEX),
    ]
    assert found.reach is Reach.COLLECTION


def test_shards_of_an_aggregation_are_added_up() -> None:
    document = {
        "splitPipeline": {"mergerPart": [{"$sort": {"sortKey": {"a": 1}, "mergePresorted": True}}]},
        "shards": {
            "s1": {"stages": [{"$cursor": classic(fetch(ixscan()), stats(1, 2, 3))}]},
            "s2": slot_based(fetch(ixscan())) | {"executionStats": stats(10, 20, 30)},
        },
    }
    found = parse_explain(document)
    assert (found.returned, found.keys_examined, found.docs_examined) == (11, 22, 33)
    assert {scan.shard for scan in found.scans} == {"s1", "s2"}
    assert not found.in_memory_sort  # what shards have sorted is only merged


def test_an_unknown_stage_is_named_and_placed() -> None:
    plan = {"stage": "WARP", "inputStage": {"stage": "HYPERSCAN", "indexName": "a_1"}}
    found = parse_explain(classic(plan))
    assert found.unknown_stages == ("WARP", "HYPERSCAN")
    assert (found.reach, found.indexes) == (Reach.INDEX, ("a_1",))
    leaf = parse_explain(classic({"stage": "HYPERSCAN"}))
    assert (leaf.reach, leaf.unknown_stages) == (Reach.UNKNOWN, ("HYPERSCAN",))
    pipeline = {"stages": [{"$cursor": classic(COLLSCAN)}, {"$hyperJoin": {}}]}
    assert parse_explain(pipeline).unknown_stages == ("$hyperJoin",)


def test_a_slot_based_plan_without_classic_words_is_read_from_its_execution() -> None:
    execution = {
        "stage": "nlj",
        "outerStage": {"stage": "ixseek", "indexName": "a_1"},
        "innerStage": {"stage": "limit", "inputStage": {"stage": "seek"}},
    }
    found = parse_explain(classic({"slotBasedPlan": {}}, stats(**execution)))
    assert (found.reach, found.indexes, found.covered) == (Reach.INDEX, ("a_1",), False)


def test_what_has_no_plan_is_not_taken_for_one() -> None:
    for document in ({}, {"ok": 1, "strategy": "python"}, {"stages": []}):
        with pytest.raises(NotAnExplainError):
            parse_explain(document)


_WORDS = """
stage inputStage inputStages shards winningPlan queryPlan stages $cursor queryPlanner executionStats
indexName keyPattern $sort $lookup $unionWith pipeline
""".strip()
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_WORDS.split()), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(plan=st.dictionaries(st.sampled_from(["stage", "inputStage", "shards"]), _JSON), rest=_JSON)
def test_no_document_makes_it_fail_in_another_way(plan: Plan, rest: Any) -> None:
    document = {"queryPlanner": {"winningPlan": plan}, "stages": rest, "shards": rest}
    found = parse_explain(document)
    assert found.reach in Reach


def eq_lookup(strategy: str, *, stage: str = "EQ_LOOKUP", **more: Any) -> Plan:
    """As the manual shows it (reference/explain-results, "$lookup"), 6.0 and newer."""
    return {
        "stage": stage,
        "planNodeId": 3,
        "foreignCollection": "shop.payments",
        "localField": "orderId",
        "foreignField": "orderId",
        "asField": "payments",
        "strategy": strategy,
        **more,
        "inputStage": fetch(ixscan()),
    }


@pytest.mark.parametrize("stage", ["EQ_LOOKUP", "EQ_LOOKUP_UNWIND"])
@pytest.mark.parametrize(
    ("strategy", "reach"),
    [
        ("HashJoin", Reach.COLLECTION),
        ("NestedLoopJoin", Reach.COLLECTION),
        ("NonExistentForeignCollection", Reach.NOTHING),
        ("SortMergeJoin", Reach.UNKNOWN),
    ],
)
def test_a_slot_based_join_is_seen(stage: str, strategy: str, reach: Reach) -> None:
    found = parse_explain(slot_based(eq_lookup(strategy, stage=stage)))
    assert found.indexes == ("a_1",)
    assert found.reach is Reach.INDEX
    (join,) = found.foreign
    assert (join.collection, join.reach, join.index) == ("payments", reach, "")
    assert join.stage == f"{stage}, {strategy}"
    assert not found.covered


def test_a_join_by_an_index_has_its_name() -> None:
    plan = eq_lookup("IndexedLoopJoin", indexName="orderId_1", indexKeyPattern={"orderId": 1})
    (join,) = parse_explain(slot_based(plan)).foreign
    assert (join.reach, join.index) == (Reach.INDEX, "orderId_1")


@pytest.mark.parametrize(
    ("stages", "sorts"),
    [
        ([{"$facet": {"newest": [{"$teeConsumer": {}}, {"$sort": {"sortKey": {"a": 1}}}]}}], True),
        ([{"$facet": {"all": [{"$teeConsumer": {}}, {"$group": {"_id": "$a"}}]}}], False),
        ([{"$facet": {"inner": [{"$facet": {"x": [{"$sort": {"sortKey": {}}}]}}]}}], True),
    ],
)
def test_a_sort_inside_a_facet_is_one(stages: list[Plan], sorts: bool) -> None:
    document = {"stages": [{"$cursor": classic(fetch(ixscan()))}, *stages]}
    assert parse_explain(document).in_memory_sort is sorts


@pytest.mark.parametrize(
    ("plan", "covered"),
    [
        ({"stage": "PROJECTION_COVERED", "inputStage": ixscan()}, True),
        ({"stage": "DISTINCT_SCAN", "indexName": "a_1"}, True),
        ({"stage": "DISTINCT_SCAN", "indexName": "a_1", "isFetching": False}, True),
        ({"stage": "DISTINCT_SCAN", "indexName": "a_1", "isFetching": True}, False),
        ({"stage": "TEXT_OR", "inputStage": ixscan("w_text")}, False),
        ({"stage": "GEO_NEAR_2DSPHERE", "indexName": "p_2dsphere"}, False),
        ({"stage": "EXPRESS_IXSCAN", "indexName": "a_1", "projectionCovered": True}, True),
        ({"stage": "EXPRESS_IXSCAN", "indexName": "a_1", "projectionCovered": False}, False),
        ({"stage": "EXPRESS_IXSCAN", "indexName": "a_1"}, False),
        ({"stage": "COUNT", "inputStage": {"stage": "COUNT_SCAN", "indexName": "a_1"}}, True),
    ],
)
def test_what_is_answered_from_keys_alone(plan: Plan, covered: bool) -> None:
    assert parse_explain(classic(plan)).covered is covered


@pytest.mark.parametrize(
    ("stage", "figures", "returned"),
    [
        ("UPDATE", {"nMatched": 7, "nWouldModify": 5}, 7),
        ("DELETE", {"nWouldDelete": 4}, 4),
        ("BATCHED_DELETE", {"nWouldDelete": 0}, 0),
    ],
)
def test_an_explained_write_says_what_it_would_change(
    stage: str, figures: Plan, returned: int
) -> None:
    plan = {"stage": stage, "inputStage": fetch(ixscan())}
    found = parse_explain(classic(plan, stats(returned=0, stage=stage, **figures)))
    assert (found.returned, found.reach) == (returned, Reach.INDEX)
