"""Runs on the terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kampyn_perf.units import format_duration, format_rate

if TYPE_CHECKING:
    from kampyn_perf.results.store import Run

_NOT_VALID = {"bench": "failed cases", "capacity": "no answer", "compare": "not comparable"}
_HEAD = ("Run", "Started (UTC)", "Kind", "What", "State", "P95", "Errors", "Requests/s", "Tags")


def rows(runs: Sequence[Run]) -> list[str]:
    """A head, and a line for each."""
    cells = [_HEAD, *map(_cells, runs)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(_HEAD))]
    return [
        "  ".join(
            f"{cell:>{width}}" if 5 <= at <= 7 else f"{cell:<{width}}"
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def plain(run: Run) -> dict[str, Any]:
    """The machine form."""
    summary = run.summary
    return {
        "name": run.name,
        "folder": str(run.folder),
        "kind": summary.kind,
        "status": summary.status,
        "valid": summary.valid,
        "started_at": summary.started_at,
        "elapsed_us": summary.elapsed_us,
        "label": summary.label,
        "commit": summary.commit,
        "tags": list(run.tags.tags),
        "note": run.tags.note,
        "metrics": dict(summary.metrics),
    }


def value_text(name: str, value: float) -> str:
    """A figure in its unit, as its name tells it."""
    last = name.rpartition(" ")[2]
    if last in ("p50", "p95", "p99", "mean") or last.endswith("_time"):
        return format_duration(round(value))
    if last == "error_rate":
        return f"{value * 100:.3g} %"
    if last in ("throughput", "capacity"):
        return format_rate(float(f"{value:.4g}"))
    return f"{value:,.4g}"


def state(run: Run) -> str:
    """`complete`, or what is the matter."""
    if run.summary.status == "complete" and not run.summary.valid:
        return _NOT_VALID.get(run.summary.kind, "invalid")
    return run.summary.status


def _cells(run: Run) -> tuple[str, ...]:
    metrics = run.summary.metrics
    p95, errors, rate = (metrics.get(name) for name in ("p95", "error_rate", "throughput"))
    named = ", ".join(run.tags.tags)
    note = f"({run.tags.note})" if run.tags.note else ""
    return (
        run.name,
        run.summary.started_at[:16].replace("T", " "),
        run.summary.kind,
        run.summary.label,
        state(run),
        "" if p95 is None else format_duration(round(p95)),
        "" if errors is None else f"{errors * 100:.3g} %",
        "" if rate is None else f"{rate:.4g}",
        " ".join(part for part in (named, note) if part),
    )
