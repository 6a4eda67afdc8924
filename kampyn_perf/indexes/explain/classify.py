"""MongoDB's explain output of any shape -> what a plan reads: pure, and never fails on a stage.

The shapes, from servers 3.2 to 8: a classic plan; the slot-based one (`winningPlan.queryPlan`); an
aggregation whose first stage is `$cursor`; a sharded find (`SHARD_MERGE` with `shards` inside the
winning plan) and a sharded aggregation (`shards` by name at the top); express and clustered plans.
The stages of the winning plan say how documents are reached, the execution statistics how many
were touched. Source: mongodb.com/docs/manual/reference/explain-results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from kampyn_perf.indexes.explain.stages import is_known, is_known_in_pipeline
from kampyn_perf.indexes.explain.tree import (
    Node,
    Part,
    join_of,
    mappings,
    parts_of,
    plan_nodes,
    scan_of,
    walk,
)
from kampyn_perf.indexes.model.explained import Explained, NotAnExplainError, Reach, Scan

_SORTS = frozenset({"SORT", "sort"})


def parse_explain(document: Mapping[str, Any]) -> Explained:
    """What `document` says. Raises NotAnExplainError when there is no plan in it at all."""
    parts = list(parts_of(document, ""))
    if not parts:
        raise NotAnExplainError("the answer has no query plan in it")
    nodes = [node for part in parts for node in plan_nodes(part)]
    stages = list(_pipeline_stages(document))
    scans = tuple(filter(None, map(scan_of, nodes)))
    own = [scan for scan in scans if scan.reach is Reach.INDEX]
    joins = tuple(filter(None, map(join_of, nodes)))
    return Explained(
        scans=(*scans, *joins, *_foreign_scans(stages)),
        in_memory_sort=any(node.stage in _SORTS for node in nodes) or _sorts(stages),
        spilled=any(map(_spilled, _executions(parts))) or any(map(_spilled, stages)),
        covered=bool(own) and len(own) == len(scans) and not joins and _covered(nodes),
        returned=_returned(parts),
        keys_examined=_total(parts, "totalKeysExamined"),
        docs_examined=_total(parts, "totalDocsExamined"),
        execution_ms=_slowest(parts),
        unknown_stages=_unknown(nodes, stages),
    )


def _covered(nodes: list[Node]) -> bool:
    """Nothing fetches. A count over keys needs no projection; anything else has one."""
    return not any(map(_fetches, nodes))


_FETCHING = frozenset({"FETCH", "seek", "TEXT_OR", "TEXT", "TEXT_MATCH", "IDHACK"})
"""Stages that read documents. Those of a text search do to score or to check them; the geographic
ones to measure a distance; a DISTINCT_SCAN and an express plan where they say so."""


def _fetches(node: Node) -> bool:
    if node.stage == "DISTINCT_SCAN":
        return bool(node.data.get("isFetching"))
    if node.stage.startswith("EXPRESS"):
        return not node.data.get("projectionCovered")
    return node.stage in _FETCHING or node.stage.startswith("GEO_NEAR")


def _pipeline_stages(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The stages of an aggregation, of every shard."""
    yield from mappings(document.get("stages"))
    shards = document.get("shards")
    if isinstance(shards, Mapping):
        for inner in shards.values():
            if isinstance(inner, Mapping):
                yield from mappings(inner.get("stages"))
    split = document.get("splitPipeline")
    if isinstance(split, Mapping):
        yield from mappings(split.get("mergerPart"))


def _name(stage: Mapping[str, Any]) -> str:
    return next((key for key in stage if key.startswith("$")), "")


def _sorts(stages: list[Mapping[str, Any]]) -> bool:
    """A `$sort` of its own blocks, inside a `$facet` too; one that only merges what shards have
    sorted does not."""
    bodies = (stage["$sort"] for stage in stages if "$sort" in stage)
    if any(not (isinstance(body, Mapping) and body.get("mergePresorted")) for body in bodies):
        return True
    facets = (stage["$facet"] for stage in stages if isinstance(stage.get("$facet"), Mapping))
    return any(_sorts(list(mappings(inner))) for facet in facets for inner in facet.values())


def _foreign_scans(stages: list[Mapping[str, Any]]) -> Iterator[Scan]:
    """What was done on other collections. Servers since 5.0 say it beside `$lookup`; `$unionWith`
    has a whole explained pipeline inside."""
    for stage in stages:
        lookup, union = stage.get("$lookup"), stage.get("$unionWith")
        if isinstance(lookup, Mapping):
            other = str(lookup.get("from", "another collection"))
            for index in stage.get("indexesUsed") or ():
                yield Scan(reach=Reach.INDEX, stage="$lookup", index=str(index), collection=other)
            if int(stage.get("collectionScans") or 0):
                yield Scan(reach=Reach.COLLECTION, stage="$lookup", collection=other)
        if isinstance(union, Mapping):
            other = str(union.get("coll", "another collection"))
            for part in parts_of({"stages": union.get("pipeline")}, ""):
                scans = filter(None, map(scan_of, plan_nodes(part)))
                yield from (replace(scan, collection=other) for scan in scans)


def _executions(parts: list[Part]) -> Iterator[Mapping[str, Any]]:
    for part in parts:
        execution = part.stats.get("executionStages")
        if isinstance(execution, Mapping):
            yield from (node.data for node in walk(execution, part.shard))


def _spilled(data: Mapping[str, Any]) -> bool:
    return bool(data.get("usedDisk")) or int(data.get("spills") or 0) > 0


def _total(parts: list[Part], name: str) -> int | None:
    counts = [int(part.stats[name]) for part in parts if name in part.stats]
    return sum(counts) if counts else None


def _returned(parts: list[Part]) -> int | None:
    """Documents given; for a count, which gives none, those counted; for an update or delete, those
    that it would change."""
    changed = [
        int(data[name])
        for data in _executions(parts)
        for name in ("nMatched", "nWouldDelete")
        if name in data
    ]
    if changed:
        return sum(changed)
    roots = [part.stats.get("executionStages") for part in parts]
    counted = [
        int(root.get("nCounted", 0))
        for root in roots
        if isinstance(root, Mapping) and root.get("stage") in ("COUNT", "RECORD_STORE_FAST_COUNT")
    ]
    return sum(counted) if counted else _total(parts, "nReturned")


def _slowest(parts: list[Part]) -> int | None:
    times = [int(part.stats.get("executionTimeMillis", -1)) for part in parts]
    known = [time for time in times if time >= 0]
    return max(known) if known else None


def _unknown(nodes: list[Node], stages: list[Mapping[str, Any]]) -> tuple[str, ...]:
    names = [node.stage for node in nodes if not is_known(node.stage)]
    names += [name for name in map(_name, stages) if name and not is_known_in_pipeline(name)]
    return tuple(dict.fromkeys(names))
