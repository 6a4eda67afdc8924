"""More came than was finished: sessions in flight grew and grew."""

import math

import numpy as np

from kampyn_perf import names
from kampyn_perf.results.load import PhaseResult
from kampyn_perf.slo.explain.breach import Kind
from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.rule import Hit, Rule
from kampyn_perf.units import format_rate

_LEAST_SECONDS = 5
_DEVIATIONS = 4.0


def _check(facts: Facts) -> Hit | None:
    if facts.breach.kind is Kind.OTHER:
        return None
    for phase in facts.result.phases:
        end = phase.start_us + phase.duration_us
        if not any(start < end and phase.start_us < stop for start, stop in facts.spans):
            continue
        hit = _growth(facts, phase, end)
        if hit:
            return hit
    return None


def _growth(facts: Facts, phase: PhaseResult, end_us: int) -> Hit | None:
    points = [
        (second.at_us / 1e6, second.in_flight)
        for second in facts.result.seconds
        if phase.start_us <= second.at_us and second.at_us + second.width_us <= end_us
    ]
    if len(points) < _LEAST_SECONDS:
        return None
    times, flying = np.array(points, dtype=np.float64).T
    slope, _ = np.polyfit(times, flying, 1)
    grown = slope * (times[-1] - times[0])
    # Sessions of a system that keeps up are about Poisson: their noise is the root of their number.
    noise = math.sqrt(max(float(np.mean(flying)), 1.0))
    if grown < _DEVIATIONS * noise or grown < float(np.median(flying)) / 2:
        return None
    return Hit(
        f'in phase "{phase.name}" sessions in flight grew from {flying[0]:.0f} to '
        f"{flying[-1]:.0f}, by {slope:.1f} a second ({grown / noise:.0f} times their noise of "
        f"{noise:.1f}), while {format_rate(round(phase.offered_rate, 1))} arrived: it is "
        "overloaded, and the longer the load lasts, the slower it gets",
        span=(phase.start_us, end_us),
    )


RULE = Rule(
    id="growing-backlog",
    needs="sessions in flight by second",
    test="within a phase they grew by four times the root of their mean, and by half their median",
    metrics=(names.SESSIONS_IN_FLIGHT,),
    check=_check,
)
