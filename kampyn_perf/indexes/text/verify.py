"""Outcomes of `indexes verify` as rows for a table and as data. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kampyn_perf.indexes.explain.verify import Verdict, Verified
from kampyn_perf.indexes.model.explained import Explained, Reach

VERIFY_SCHEMA = "kampyn-perf/index-verify"
VERIFY_VERSION = 1
COLUMNS = ("query", "collection", "reached by", "returned", "examined per result", "sort", "")


def row(result: Verified) -> tuple[str, ...]:
    """One line of the table, in the order of COLUMNS."""
    found = result.explained
    if found is None:
        facts: tuple[str, ...] = ("no plan", "", "", "")
    else:
        facts = (
            reached_by(found),
            _number(found.returned),
            _ratio(found.examined_per_result),
            "in memory" if found.in_memory_sort else "",
        )
    return (result.query.name, result.query.collection, *facts, result.verdict.value)


def reached_by(found: Explained) -> str:
    """`userId_1`, `collection scan`, `primary key`; several, with shards, each once."""
    if found.reach is Reach.INDEX:
        words = ", ".join(found.indexes) or "index scan"
        return f"{words} (covered)" if found.covered else words
    return found.reach.value


def summary(results: Sequence[Verified]) -> str:
    counts = {verdict: sum(r.verdict is verdict for r in results) for verdict in Verdict}
    words = {Verdict.PASS: "as expected", Verdict.FAIL: "not", Verdict.NO_VERDICT: "not judged"}
    return ", ".join(f"{n} {words[verdict]}" for verdict, n in counts.items() if n) + "."


def verify_json(results: Iterable[Verified]) -> dict[str, Any]:
    """The machine form: `kampyn-perf/index-verify`, version 1."""
    return {
        "schema": VERIFY_SCHEMA,
        "version": VERIFY_VERSION,
        "queries": [_result(result) for result in results],
    }


def _result(result: Verified) -> dict[str, Any]:
    found = result.explained
    return {
        "query": result.query.name,
        "collection": result.query.collection,
        "verdict": result.verdict.value,
        "reasons": list(result.reasons),
        "notes": list(result.notes),
        "expected": {
            "access": result.query.expect.access.value,
            "indexes": list(result.query.expect.indexes),
            "inMemorySort": result.query.expect.in_memory_sort,
            "maxExaminedPerResult": result.query.expect.max_examined_per_result,
        },
        "found": None if found is None else _explained(found),
    }


def _explained(found: Explained) -> dict[str, Any]:
    return {
        "reach": found.reach.value,
        "indexes": list(found.indexes),
        "covered": found.covered,
        "inMemorySort": found.in_memory_sort,
        "spilled": found.spilled,
        "returned": found.returned,
        "keysExamined": found.keys_examined,
        "docsExamined": found.docs_examined,
        "examinedPerResult": found.examined_per_result,
        "executionMs": found.execution_ms,
        "unknownStages": list(found.unknown_stages),
        "scans": [
            {
                "stage": scan.stage,
                "reach": scan.reach.value,
                "index": scan.index or None,
                "shard": scan.shard or None,
                "collection": scan.collection or None,
            }
            for scan in found.scans
        ],
    }


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
