"""Whether processes grew while the load was the same: told of every run, asked for or not. Pure.

Rules made by hand fail both ways: a line through a saw's teeth calls every third healthy window a
leak, and a level that is looked at only at its end lets a leak pass. So it is the lower envelope's
slope, with an interval that knows how neighbours hang together, and the smallest growth that the
run would have shown: less than that it says nothing about.
"""

from __future__ import annotations

from kampyn_perf import names, stats
from kampyn_perf.results.judgement import Bounds
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.unit import Unit
from kampyn_perf.results.verdict import Growth, seen_from
from kampyn_perf.slo.evidence.slopes import longest_of, within
from kampyn_perf.stats.intervals import CONFIDENCE

_WATCHED = (names.MEMORY_PER_INSTANCE, names.PROCESS_MEMORY)
_UNIT = Unit.SIZE_RATE


def memory_of(result: LoadResult) -> list[Growth]:
    """Of every process that was seen often enough in the longest phase, the backend's alone where
    there are some."""
    stretch = longest_of(result)
    for metric in _WATCHED:
        held = [
            measurement
            for measurement in result.measurements
            if measurement.metric == metric and measurement.values
        ]
        slopes = []
        for series in held:
            at, values = within(series, stretch)
            if at:
                slope = stats.slope(at, values, lowest=True, subjects=len(held))
                slopes.append((series.subject, slope))
        if slopes:
            phase = stretch.name if stretch else ""
            return [
                _growth(subject, slope, phase)
                for subject, slope in slopes
                if slope.least is not None
            ]
    return []


def _growth(subject: str, slope: stats.Slope, phase: str) -> Growth:
    low, high = slope.interval.low or 0.0, slope.interval.high or 0.0
    state, words = "level", "did not grow"
    if low > 0 and not slope.slow:
        state, words = "grew", f"grew by {_UNIT.text(slope.value)}"
    elif high < 0 and not slope.slow:
        state, words = "fell", f"fell by {_UNIT.text(-slope.value)}"
    elif slope.slow:
        state, words = (
            "open",
            "changed as slowly as the phase is long: it cannot be told whether it grows",
        )
    if state in ("grew", "fell"):
        ends = sorted((abs(low), abs(high)))
        words += f" ({_UNIT.text(ends[0])} to {_UNIT.text(ends[1])})"
    return Growth(
        subject=subject,
        phase=phase,
        state=state,
        slope=slope.value,
        interval=Bounds(low=low, high=high, confidence=CONFIDENCE),
        detectable=slope.least,
        words=words + seen_from(slope.least),
    )
