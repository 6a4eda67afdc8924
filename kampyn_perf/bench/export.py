"""A benchmark's result -> bytes, one function for each format. Files and terminals are others'."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import numpy as np
import orjson

from kampyn_perf.results import io as result_io
from kampyn_perf.results.bench import BenchResult, CaseResult, CaseStatus, Estimate, Summary

_MS = 1e6
_S = 1e9


class Format(StrEnum):
    """What a result can be written as."""

    JSON = "json"
    MARKDOWN = "markdown"
    CSV = "csv"
    PYTEST_BENCHMARK = "pytest-benchmark"


def export(result: BenchResult, form: Format) -> bytes:
    """`result` in the format asked for, ending in a newline."""
    return _EXPORTERS[form](result)


def _json(result: BenchResult) -> bytes:
    return result_io.dumps(result)


_COLUMNS = [
    *("name", "suite", "status", "n", "failed"),
    *(f"{name}{end}_ms" for name in ("mean", "p50", "p95", "p99") for end in ("", "_low", "_high")),
    *("min_ms", "max_ms", "stddev_ms", "per_second", "overhead_ns"),
]


def _csv(result: BenchResult) -> bytes:
    """One line for each case; milliseconds, as in the document; an unknown bound is empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n")
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
    found: dict[str, float | None] = {
        "min_ms": summary.min_ns,
        "max_ms": summary.max_ns,
        "stddev_ms": summary.stddev_ns,
    }
    for name in ("mean", "p50", "p95", "p99"):
        estimate: Estimate = getattr(summary, name)
        found[f"{name}_ms"] = estimate.value_ns
        found[f"{name}_low_ms"] = estimate.low_ns
        found[f"{name}_high_ms"] = estimate.high_ns
    figures = {key: "" if ns is None else f"{ns / _MS:.6f}" for key, ns in found.items()}
    return figures | {"per_second": f"{summary.per_second:.3f}"}


def _markdown(result: BenchResult) -> bytes:
    """A table like the document's figures, with the ends of each interval."""
    lines = [
        "| Case | n | Average | P50 | P95 | P99 | Min / Max | Per second |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    lines += [_markdown_row(case) for case in result.cases]
    lines += [
        "",
        f"Milliseconds; intervals of {_confidence(result)} in brackets; a bound "
        "that the sample is too small for is a question mark. "
        f"{result.machine.cpu}, {result.machine.cores} cores, {result.machine.os}, "
        f"Python {result.machine.python}, {result.started_at}.",
    ]
    if result.reason:
        lines += ["", f"Partial: {result.reason}."]
    return ("\n".join(lines) + "\n").encode()


def _markdown_row(case: CaseResult) -> str:
    if case.status in (CaseStatus.FAILED, CaseStatus.UNAVAILABLE) or not case.summary:
        why = f": {_text(case.failures[0].message)}" if case.failures else ""
        cells = [_text(case.name), str(case.completed), f"**{case.status}**{why}", *[""] * 5]
        return f"| {' | '.join(cells)} |"
    name = _text(case.name)
    s = case.summary
    cells = [_cell(estimate) for estimate in (s.mean, s.p50, s.p95, s.p99)]
    ends = f"{_ms(s.min_ns)} / {_ms(s.max_ns)}"
    return f"| {name} | {s.n} | {' | '.join(cells)} | {ends} | {s.per_second:.0f} |"


def _text(text: str) -> str:
    """Its first line, safe within a table."""
    return text.partition("\n")[0].replace("|", "\\|")


def _cell(estimate: Estimate) -> str:
    low = "?" if estimate.low_ns is None else _ms(estimate.low_ns)
    high = "?" if estimate.high_ns is None else _ms(estimate.high_ns)
    return f"{_ms(estimate.value_ns)} [{low}, {high}]"


def _ms(ns: float) -> str:
    """Two decimals as in the document, and more where there would be nothing left of it."""
    ms = ns / _MS
    if ms == 0:
        return "0.00"
    return f"{ms:.{max(2, 2 - math.floor(math.log10(ms)))}f}"


def _confidence(result: BenchResult) -> str:
    found = next((case.summary.confidence for case in result.cases if case.summary), 0.95)
    return f"{found * 100:.3g} %"


def _pytest_benchmark(result: BenchResult) -> bytes:
    """The file that `pytest-benchmark compare` and the tools around it read; seconds.

    Failed cases have no place in it and are left out.
    """
    document = {
        "machine_info": {
            "node": result.machine.hostname,
            "system": result.machine.os.partition(" ")[0],
            "release": result.machine.os.partition(" ")[2],
            "python_version": result.machine.python,
            "cpu": {"brand_raw": result.machine.cpu, "count": result.machine.cores},
        },
        "commit_info": {
            "id": result.machine.git_commit.rstrip("+") or None,
            "dirty": result.machine.git_commit.endswith("+"),
        },
        "benchmarks": [
            _pytest_entry(case, result)
            for case in result.cases
            if case.summary and case.status is CaseStatus.OK
        ],
        "datetime": result.started_at,
        "version": "5.1.0",
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _pytest_entry(case: CaseResult, result: BenchResult) -> dict[str, Any]:
    return {
        "group": case.suite,
        "name": case.name,
        "fullname": case.name,
        "params": dict(case.params) or None,
        "param": ",".join(f"{key}={value}" for key, value in case.params.items()) or None,
        "extra_info": {"overhead_ns": case.overhead_ns, "clients": case.clients},
        "options": {
            "disable_gc": not result.options.collect_garbage,
            "timer": "perf_counter",
            "min_rounds": result.options.iterations,
            "max_time": result.options.max_time_ns / _S,
            "min_time": 0.0,
            "warmup": bool(case.warmup),
        },
        "stats": _pytest_stats(case),
    }


def _pytest_stats(case: CaseResult) -> dict[str, Any]:
    """pytest-benchmark's own figures; quartiles by linear interpolation, as it takes them."""
    times = np.sort(case.decode())
    seconds = times / _S
    q1, median, q3 = (float(np.percentile(seconds, q)) for q in (25, 50, 75))
    mean, stddev = float(seconds.mean()), float(seconds.std(ddof=1)) if len(seconds) > 1 else 0.0
    iqr = q3 - q1
    mild = int(((seconds < mean - stddev) | (seconds > mean + stddev)).sum())
    far = int(((seconds < q1 - 1.5 * iqr) | (seconds > q3 + 1.5 * iqr)).sum())
    return {
        "min": float(seconds[0]),
        "max": float(seconds[-1]),
        "mean": mean,
        "stddev": stddev,
        "rounds": len(seconds),
        "median": median,
        "iqr": iqr,
        "q1": q1,
        "q3": q3,
        "iqr_outliers": far,
        "stddev_outliers": mild,
        "outliers": f"{mild};{far}",
        "ld15iqr": float(seconds[seconds >= q1 - 1.5 * iqr][0]),
        "hd15iqr": float(seconds[seconds <= q3 + 1.5 * iqr][-1]),
        "ops": 1 / mean if mean else 0.0,
        "total": float(seconds.sum()),
        "iterations": 1,
        "data": seconds.tolist(),
    }


_EXPORTERS: Mapping[Format, Callable[[BenchResult], bytes]] = {
    Format.JSON: _json,
    Format.MARKDOWN: _markdown,
    Format.CSV: _csv,
    Format.PYTEST_BENCHMARK: _pytest_benchmark,
}
