"""A benchmark's result as CSV. Pure; milliseconds, as in the document."""

from __future__ import annotations

import csv as writing
import io
from typing import Any

from kampyn_perf.results.bench import BenchResult, Estimate, Summary

_MS = 1e6

_COLUMNS = [
    *("name", "suite", "status", "n", "failed"),
    *(f"{name}{end}_ms" for name in ("mean", "p50", "p95", "p99") for end in ("", "_low", "_high")),
    *("min_ms", "max_ms", "stddev_ms", "per_second", "overhead_ns"),
]


def csv(result: BenchResult) -> bytes:
    """The document, UTF-8: one line for each case; an unknown bound is empty."""
    text = io.StringIO()
    writer = writing.DictWriter(text, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for case in result.cases:
        row: dict[str, Any] = {
            "name": case.name,
            "suite": case.suite,
            "status": str(case.status),
            "n": case.completed,
            "failed": case.failed,
            "overhead_ns": case.overhead_ns,
        }
        if case.summary:
            row |= _figures(case.summary)
        writer.writerow(row)
    return text.getvalue().encode()


def _figures(summary: Summary) -> dict[str, str]:
    by_column: dict[str, float | None] = {
        "min_ms": summary.min_ns,
        "max_ms": summary.max_ns,
        "stddev_ms": summary.stddev_ns,
    }
    for name in ("mean", "p50", "p95", "p99"):
        estimate: Estimate = getattr(summary, name)
        by_column[f"{name}_ms"] = estimate.value_ns
        by_column[f"{name}_low_ms"] = estimate.low_ns
        by_column[f"{name}_high_ms"] = estimate.high_ns
    figures = {key: "" if ns is None else f"{ns / _MS:.6f}" for key, ns in by_column.items()}
    return figures | {"per_second": f"{summary.per_second:.3f}"}
