"""The shape of an explain document: its parts (one per shard), their stages, and the scans that are
its leaves. Pure. `explain` puts the totals to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kampyn_perf.indexes.explain.stages import LEAVES, SLOT_LEAVES, THROUGH
from kampyn_perf.indexes.model.explained import Reach, Scan

_CHILDREN = ("inputStage", "outerStage", "innerStage", "thenStage", "elseStage")


@dataclass(frozen=True, kw_only=True)
class Node:
    """One stage of a plan."""

    stage: str
    data: Mapping[str, Any]
    shard: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One `queryPlanner` and its `executionStats`: of the server, or of one shard."""

    plan: Mapping[str, Any]
    stats: Mapping[str, Any]
    shard: str


def parts_of(document: Mapping[str, Any], shard: str) -> Iterator[Part]:
    """Every plan in the document: one of a server alone, one of each shard."""
    planner = document.get("queryPlanner")
    if isinstance(planner, Mapping) and isinstance(planner.get("winningPlan"), Mapping):
        stats = document.get("executionStats")
        stats = stats if isinstance(stats, Mapping) else {}
        yield Part(plan=planner["winningPlan"], stats=stats, shard=shard)
    for stage in mappings(document.get("stages")):
        for name in ("$cursor", "$geoNearCursor"):
            if isinstance(stage.get(name), Mapping):
                yield from parts_of(stage[name], shard)
    shards = document.get("shards")
    if isinstance(shards, Mapping):
        for name, inner in shards.items():
            if isinstance(inner, Mapping):
                yield from parts_of(inner, str(name))


def plan_nodes(part: Part) -> Iterator[Node]:
    """Every stage of the winning plan; of the execution, where the plan has no stages to read."""
    plan = part.plan.get("queryPlan", part.plan)
    nodes = list(walk(plan, part.shard))
    if not nodes:
        execution = part.stats.get("executionStages")
        nodes = list(walk(execution, part.shard)) if isinstance(execution, Mapping) else []
    yield from nodes


def walk(node: Mapping[str, Any], shard: str) -> Iterator[Node]:
    """`node` and every stage below it."""
    if isinstance(node.get("stage"), str):
        yield Node(stage=node["stage"], data=node, shard=shard)
    for child in _children(node):
        yield from walk(child, shard)
    for inner in mappings(node.get("shards")):
        plan = inner.get("winningPlan", inner.get("executionStages"))
        if isinstance(plan, Mapping):
            name = str(inner.get("shardName", ""))
            yield from walk(plan.get("queryPlan", plan), name)


def _children(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in _CHILDREN:
        if isinstance(node.get(name), Mapping):
            yield node[name]
    yield from mappings(node.get("inputStages"))


_STRATEGIES = {
    "IndexedLoopJoin": Reach.INDEX,
    "DynamicIndexedLoopJoin": Reach.INDEX,
    "HashJoin": Reach.COLLECTION,
    "NestedLoopJoin": Reach.COLLECTION,
    "NonExistentForeignCollection": Reach.NOTHING,
}
"""How a slot-based `$lookup` finds the documents of the other side: by its index for each, or by
reading all of it, once (hash) or each time (nested loop)."""


def join_of(node: Node) -> Scan | None:
    """The other side of a slot-based `$lookup` (6.0 and newer); None for any other stage."""
    if node.stage not in ("EQ_LOOKUP", "EQ_LOOKUP_UNWIND"):
        return None
    strategy = str(node.data.get("strategy", ""))
    reach = _STRATEGIES.get(strategy, Reach.UNKNOWN)
    keys = node.data.get("indexKeyPattern")
    # The namespace has the database in front; a database has no dot in its name.
    collection = str(node.data.get("foreignCollection", "")).partition(".")[2]
    return Scan(
        reach=reach,
        stage=f"{node.stage}, {strategy or 'no strategy'}",
        index=str(node.data.get("indexName", "")) if reach is Reach.INDEX else "",
        keys=keys if isinstance(keys, Mapping) else None,
        shard=node.shard,
        collection=collection or "another collection",
    )


def scan_of(node: Node) -> Scan | None:
    """The leaf that `node` is, or None for a stage that only hands documents on."""
    reach = LEAVES.get(node.stage) or SLOT_LEAVES.get(node.stage)
    index = str(node.data.get("indexName", ""))
    if reach is None:
        if node.stage in THROUGH or node.stage.islower():
            return None
        if index:
            reach = Reach.INDEX
        elif any(_children(node.data)) or node.data.get("shards"):
            return None
        else:
            reach = Reach.UNKNOWN
    if node.stage in ("TEXT", "TEXT_MATCH") and any(_children(node.data)):
        return None  # the scans of the text index stand below it
    keys = node.data.get("keyPattern")
    return Scan(
        reach=reach,
        stage=node.stage,
        index=index if reach is Reach.INDEX else "",
        keys=keys if isinstance(keys, Mapping) else None,
        shard=node.shard,
    )


def mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    """The documents of a list; nothing of anything else."""
    if isinstance(value, list | tuple):
        yield from (item for item in value if isinstance(item, Mapping))
