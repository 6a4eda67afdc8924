"""The stretches that every chart of a run shades: phases, alerts that fired, faults. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kampyn_perf.report.html.chart import Span
from kampyn_perf.results.faults import FaultRecord
from kampyn_perf.results.load import LoadResult
from kampyn_perf.units import MICROSECONDS

_LEAST_SPAN = 200
"""Of the whole run: a kill takes no time, and is seen."""


def spans(result: LoadResult) -> list[Span]:
    """The phases and what was still in flight after them, when alerts fired, and what was done to
    the target on purpose."""
    phases = [
        Span("phase", phase.name, _s(phase.start_us), _s(phase.start_us + phase.duration_us))
        for phase in result.phases
    ]
    if result.warm_up:
        phases.insert(0, Span("phase", "warm-up", 0.0, _s(result.warm_up.duration_us)))
    if result.elapsed_us - result.planned_us >= MICROSECONDS:
        phases.append(Span("phase", "drain", _s(result.planned_us), _s(result.elapsed_us)))
    fired = [
        Span("alert", record.name, _s(firing.fired_us), _s(firing.resolved_us or result.elapsed_us))
        for record in result.alerts
        for firing in record.firings
    ]
    faults = [
        Span(
            "fault", f"{fault.name} ({fault.kind})", _s(fault.start_us), _s(_end_of(fault, result))
        )
        for fault in result.faults
        if fault.began
    ]
    return phases + _together(fired) + faults


def _together(fired: Sequence[Span]) -> list[Span]:
    """Where one or more were: shades that lie over each other would hide the chart."""
    joined: list[Span] = []
    for span in sorted(fired, key=lambda span: span.start):
        last = joined[-1] if joined else None
        if last and span.start <= last.end:
            known = span.name in last.name.split(", ")
            told = last.name if known else f"{last.name}, {span.name}"
            joined[-1] = replace(last, name=told, end=max(last.end, span.end))
        else:
            joined.append(span)
    return joined


def _end_of(fault: FaultRecord, result: LoadResult) -> int:
    """At least so long that it can be seen."""
    end = result.elapsed_us if fault.end_us is None else fault.end_us
    return max(end, fault.start_us + result.elapsed_us // _LEAST_SPAN)


def _s(us: int) -> float:
    return us / MICROSECONDS
