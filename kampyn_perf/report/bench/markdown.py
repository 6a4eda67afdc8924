"""A benchmark's result as Markdown: a table like the document's figures. Pure; milliseconds."""

from __future__ import annotations

import math

from kampyn_perf.results.bench import BenchResult, CaseResult, CaseStatus, Estimate

_MS = 1e6


def markdown(result: BenchResult) -> bytes:
    """The document, UTF-8, with the ends of each interval."""
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
    confidence = next((case.summary.confidence for case in result.cases if case.summary), 0.95)
    return f"{confidence * 100:.3g} %"
