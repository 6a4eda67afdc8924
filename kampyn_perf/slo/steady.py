"""Whether each phase of a load came to rest. Pure.

By two series of the run's seconds: the median response time and the sessions in flight. Neither is
what objectives are about (tails, shares), so that the stretch that is called steady was not chosen
for its figures. Where a phase is not steady, its percentiles are of a mixture, and another run of
another length has others.
"""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf import units
from kampyn_perf.results.load import LoadResult, PhaseResult, Second
from kampyn_perf.results.verdict import PhaseSteadiness
from kampyn_perf.schedule import numbered
from kampyn_perf.stats.steadiness import State, Steadiness, steadiness

_SERIES = 2
_LEAST_US = 500
"""A median that moves by less is steady enough for any goal."""
_LEAST_SESSIONS = 2
_MOVING = {State.RISING: "rose", State.FALLING: "fell"}


def phases(result: LoadResult) -> list[PhaseSteadiness]:
    """Of every phase, in order."""
    names = numbered([phase.name for phase in result.phases])
    return [
        _phase(name, phase, result, series=_SERIES * len(names))
        for name, phase in zip(names, result.phases, strict=True)
        if phase.offered_rate
    ]


def _phase(name: str, phase: PhaseResult, result: LoadResult, *, series: int) -> PhaseSteadiness:
    end_us = min(phase.start_us + phase.duration_us, result.elapsed_us)
    seconds = [
        second
        for second in result.seconds
        if phase.start_us <= second.at_us and second.at_us + second.width_us <= end_us
    ]
    width_us = seconds[0].width_us if seconds else units.MICROSECONDS

    def as_result(state: State | str, words: str, cut: int = 0) -> PhaseSteadiness:
        return PhaseSteadiness(phase=name, state=str(state), warm_up_us=cut * width_us, words=words)

    arrivals = steadiness([second.started for second in seconds], least=_LEAST_SESSIONS)
    if arrivals.state in _MOVING:
        return as_result("ramp", f"its own load {_MOVING[arrivals.state]}")
    judged = _of_both(seconds, series)
    states = [part.state for part, _ in judged]
    if State.SHORT in states:
        few = "1 stretch is" if len(seconds) == 1 else f"{len(seconds)} stretches are"
        return as_result(State.SHORT, f"{few} too few to tell")
    for part, words in judged:
        if part.state in _MOVING:
            return as_result(part.state, words, part.cut)
    cut = max(part.cut for part, _ in judged)
    if State.WANDERING in states:
        return as_result(
            State.WANDERING,
            "it changed as slowly as it is long: it cannot be told whether it became steady",
        )
    warm = f" after {units.spell_duration(cut * width_us)} of warm-up" if cut else ""
    return as_result(State.STEADY, f"steady{warm}", cut)


def _of_both(seconds: Sequence[Second], series: int) -> list[tuple[Steadiness, str]]:
    """Of both series, with the words for one that moves."""
    medians = [
        second.response.p50_us
        for second in seconds
        if second.response is not None and second.response.p50_us is not None
    ]
    times = steadiness(medians, series=series, least=_LEAST_US)
    sessions = steadiness(
        [second.in_flight for second in seconds], series=series, least=_LEAST_SESSIONS
    )
    moved = units.format_duration(abs(times.change))
    return [
        (times, f"response times {_MOVING.get(times.state, '')} by {moved} (P50)"),
        (
            sessions,
            f"sessions in flight {_MOVING.get(sessions.state, '')} by {abs(sessions.change):.0f}",
        ),
    ]
