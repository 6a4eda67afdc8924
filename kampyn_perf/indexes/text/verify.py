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
    explained = result.explained
    if explained is None:
        facts: tuple[str, ...] = ("no plan", "", "", "")
    else:
        facts = (
            reached_by(explained),
            _number(explained.returned),
            _ratio(explained.examined_per_result),
            "in memory" if explained.in_memory_sort else "",
        )
    return (result.query.name, result.query.collection, *facts, result.verdict.value)


def reached_by(explained: Explained) -> str:
    """`userId_1`, `collection scan`, `primary key`; several, with shards, each once."""
    if explained.reach is Reach.INDEX:
        words = ", ".join(explained.indexes) or "index scan"
        return f"{words} (covered)" if explained.covered else words
    return explained.reach.value


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
    explained = result.explained
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
            "foreign": {
                name: list(how) if isinstance(how, tuple) else how.value
                for name, how in result.query.expect.foreign.items()
            },
        },
        "found": None if explained is None else _explained(explained),
    }


def _explained(explained: Explained) -> dict[str, Any]:
    return {
        "reach": explained.reach.value,
        "indexes": list(explained.indexes),
        "covered": explained.covered,
        "inMemorySort": explained.in_memory_sort,
        "spilled": explained.spilled,
        "returned": explained.returned,
        "keysExamined": explained.keys_examined,
        "docsExamined": explained.docs_examined,
        "examinedPerResult": explained.examined_per_result,
        "executionMs": explained.execution_ms,
        "unknownStages": list(explained.unknown_stages),
        "scans": [
            {
                "stage": scan.stage,
                "reach": scan.reach.value,
                "index": scan.index or None,
                "shard": scan.shard or None,
                "collection": scan.collection or None,
            }
            for scan in explained.scans
        ],
    }


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
