"""How fast what was watched goes up: leaking memory, connections never given back. Pure.

Asked of the longest phase, in which the load was the same. Of several subjects (processes) each has
to keep the promise: the fastest speaks for all, and since one of many is the fastest by chance,
each is known with so much more confidence (Bonferroni). Of sizes the lower envelope counts: memory
that is collected from time to time holds no less than that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kampyn_perf import stats, units
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.series import Series
from kampyn_perf.results.unit import Unit
from kampyn_perf.schedule import numbered
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.units import MICROSECONDS

_REMEDY = "a longer phase would tell: twice as long shows about a third of the slope"


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A phase, as far as slopes need it."""

    name: str
    start_us: int
    end_us: int


def longest(phases: Sequence[Stretch]) -> Stretch | None:
    """The phase that a slope is asked of; the first of several."""
    return max(phases, key=lambda phase: phase.end_us - phase.start_us, default=None)


def longest_of(result: LoadResult) -> Stretch | None:
    """That of a load; several phases of one name stand only in results of earlier versions."""
    names = numbered([phase.name for phase in result.phases])
    return longest(
        [
            Stretch(
                name=name,
                start_us=phase.start_us,
                end_us=min(phase.start_us + phase.duration_us, result.elapsed_us),
            )
            for name, phase in zip(names, result.phases, strict=True)
        ]
    )


def slope_of(
    held: Sequence[Series], phase: Stretch | None, *, unit: Unit, more_is_better: bool
) -> Estimate | Missing:
    """The slope of the series that goes up (or down) fastest, per second."""
    parts = [(series, within(series, phase)) for series in held]
    known = [
        (series, stats.slope(at, values, lowest=unit is Unit.SIZE_RATE, subjects=len(held)))
        for series, (at, values) in parts
        if at
    ]
    told = [(series, slope) for series, slope in known if slope.least is not None]
    where = f"in {phase.name}" if phase else "in the run"
    if not told:
        most = max((len(at) for _, (at, _) in parts), default=0)
        return Missing(f"{units.counted(most, 'sample')} {where} are too few for a slope")
    sign = -1 if more_is_better else 1
    fastest, worst = max(told, key=lambda pair: sign * pair[1].value)
    least = max(slope.least or 0.0 for _, slope in told)
    pick = min if more_is_better else max
    note = f"{fastest.subject}, by {fastest.source}, {where}; {seen(least, unit)}"
    return Estimate(
        observed=worst.value,
        interval=stats.Interval(
            pick(slope.interval.low or 0.0 for _, slope in told),
            pick(slope.interval.high or 0.0 for _, slope in told),
        ),
        samples=sum(len(at) for _, (at, _) in parts),
        noun="samples",
        note=note,
        remedy=_REMEDY,
        slow=any(slope.slow for _, slope in told),
        detectable=least,
    )


def seen(least: float, unit: Unit) -> str:
    """What such a run would have shown, in words."""
    return f"this run would have shown a slope from about {unit.text(least)} on"


def within(series: Series, phase: Stretch | None) -> tuple[list[float], list[float]]:
    """Moments (seconds) and values of the phase; the least values, where there are such."""
    values = series.minima or series.values
    pairs = [
        (at_us / MICROSECONDS, value)
        for at_us, value in zip(series.at_us, values, strict=True)
        if phase is None or phase.start_us <= at_us <= phase.end_us
    ]
    return [at for at, _ in pairs], [value for _, value in pairs]
