"""A step's load and the objectives to what the search is told of it: pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kampyn_perf.capacity import margins
from kampyn_perf.capacity.asks import Ask
from kampyn_perf.capacity.margins import FURTHEST, Known
from kampyn_perf.capacity.steady import rest_of
from kampyn_perf.results.capacity import CapacityStep, Margin, Steadiness, StepKind
from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.load import LoadResult, PhaseResult, Second
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo import judge
from kampyn_perf.slo.evidence.load import LoadEvidence
from kampyn_perf.slo.kinds import (
    ArrivalCount,
    CaseTimes,
    RequestRate,
    RequestShare,
    RequestTimes,
    SessionTimes,
    StartLag,
)
from kampyn_perf.slo.metrics import ScopeKind
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.objectives import Slo
from kampyn_perf.slo.scope import Scope

_ANSWERS = (RequestRate, ArrivalCount, StartLag, CaseTimes)
"""Kinds of evidence that are the search's own affair: how much was offered, and what came of it."""
_MET = (RequestTimes, SessionTimes, RequestShare)
"""Kinds of evidence that callers make by their requests."""
_REFUSED = "429"
_GUESS = 0.1
"""Standard error of a margin whose interval is not known."""
_SETTLE = 0.25
"""Of a rung: its beginning belongs to the one before."""


def relevant(slo: Slo) -> Slo | None:
    """The objectives that a rate has to keep: those that are required, but for what the search is
    to find out; None where nothing is left."""
    kept = {
        name: objective
        for name, objective in slo.objectives.items()
        if objective.required
        and not objective.target.relative
        and objective.scope.kind is not ScopeKind.PHASE
        and not isinstance(objective.described.evidence, _ANSWERS)
    }
    return Slo(objectives=kept) if kept else None


def aside_of(slo: Slo) -> tuple[str, ...]:
    """Those that are not about what callers meet, response times and errors, but about what is used
    up meanwhile."""
    return tuple(
        name
        for name, objective in slo.objectives.items()
        if not isinstance(objective.described.evidence, _MET)
    )


def open_step(result: LoadResult, slo: Slo, ask: Ask, *, number: int) -> CapacityStep:
    """Of sessions at a rate."""
    phase = result.phases[0]
    seconds = _within(result, phase)
    if _stopped(result):  # what drained afterwards says nothing of the rate
        seconds = [second for second in seconds if second.started] or seconds
    lasted_s = max(sum(second.width_us for second in seconds), 1) / 1e6
    rest = rest_of([second.in_flight for second in seconds], rate=ask.rate)
    verdict = judge(result, slo)
    invalid = list(result.validity.reasons)
    told = _margins(result, slo, verdict.objectives)
    missed = [
        name
        for name, known, judgement in told
        if (judgement.outcome is Outcome.FAIL if invalid else known.missed)
    ]
    if invalid:
        told = [row for row in told if row[0] in missed]
    return CapacityStep(
        number=number,
        kind=ask.kind,
        rate=ask.rate,
        warm_up_us=result.warm_up.duration_us if result.warm_up else 0,
        measured_us=phase.duration_us,
        steadiness=Steadiness.OVERLOADED if _stopped(result) else rest.steadiness,
        growth=rest.growth,
        in_flight=_mean([second.in_flight for second in seconds]),
        completed_rate=_sessions(result, seconds) / lasted_s,
        requests_rate=sum(second.requests - second.failed for second in seconds) / lasted_s,
        margins=[_margin(name, known, judgement) for name, known, judgement in told],
        missed=list(dict.fromkeys(missed)),
        invalid=invalid,
        ended_early=result.reason if _stopped(result) else "",
        explanation=verdict.explanation,
        beyond=ask.beyond,
        **_figures(phase),
    )


def rungs_of(result: LoadResult, ask: Ask, *, first: int) -> list[CapacityStep]:
    """Of a ladder: one step a rung that was begun."""
    steps = []
    for place, (rung, phase) in enumerate(zip(ask.rungs, result.phases, strict=False)):
        seconds = _within(result, phase, skip=_SETTLE)
        lasted_s = sum(second.width_us for second in seconds) / 1e6
        if not lasted_s or not phase.requests.count:
            continue
        rate = _sessions(result, seconds) / lasted_s
        figures = _figures(phase)
        session_s = (_session_us(result, place) or 0) / 1e6
        # One arrival always waits for a free user, in each of them.
        there = rung.users + 1
        steps.append(
            CapacityStep(
                number=first + place,
                kind=StepKind.LADDER,
                users=rung.users,
                rate=rate,
                measured_us=phase.duration_us,
                in_flight=_mean([second.in_flight for second in seconds]),
                completed_rate=rate,
                requests_rate=sum(second.requests - second.failed for second in seconds) / lasted_s,
                session_us=session_s * 1e6,
                little=rate * session_s / there if rate and session_s else None,
                **{key: value for key, value in figures.items() if key != "session_us"},
            )
        )
    return steps


def light_step(result: LoadResult, ask: Ask, *, number: int, slo: Slo) -> CapacityStep:
    """Of a little load."""
    step = open_step(result, slo, ask, number=number)
    # Sessions of a cold start would make the mean one of something else.
    return step.model_copy(update={"session_us": _session_us(result, 0, middle=True)})


def _margins(
    result: LoadResult, slo: Slo, judgements: Sequence[Judgement]
) -> list[tuple[str, Known, Judgement]]:
    """Of everything that was measured: its name, its margin, and what the verdict says of it."""
    evidence, rows = LoadEvidence(result), []
    for judgement in judgements:
        if judgement.outcome is Outcome.NO_DATA or not judgement.samples:
            continue
        objective = _scoped(slo.objectives[judgement.name], judgement)
        kept = evidence.by_second(objective)
        if kept is not None and kept.totals.sum():
            known = margins.of_share(kept.bad, kept.totals, kept.allowed, seed=result.seed)
        else:
            known = _by_judgement(judgement, objective)
        part = " ".join(judgement.scope.values())
        name = f"{judgement.name} ({part})" if part else judgement.name
        rows.append((name, known, judgement))
    return rows


def _scoped(objective: Objective, judgement: Judgement) -> Objective:
    """The objective of the part that a pattern stood for."""
    if not judgement.scope:
        return objective
    kind, name = next(iter(judgement.scope.items()))
    return objective.model_copy(update={"scope": Scope(ScopeKind(kind), name)})


def _by_judgement(judgement: Judgement, objective: Objective) -> Known:
    if judgement.observed is None:
        return Known(-FURTHEST, _GUESS)
    more = objective.target.comparison.upwards
    if more and judgement.unit is Unit.SHARE:  # 99.8 % of 99.9 % is twice the failures allowed
        failed = (1 - judgement.observed) * judgement.samples
        return margins.of_share([failed], [judgement.samples], 1 - judgement.target)
    value = margins.of_value(judgement.observed, judgement.target, more_is_better=more)
    interval, error = judgement.interval, _GUESS
    if interval and interval.low and interval.high and interval.low > 0:
        error = max(math.log(interval.high / interval.low) / 2 / 1.96, 0.01)
    return Known(value, min(error, 0.5))


def _margin(name: str, known: Known, judgement: Judgement) -> Margin:
    return Margin(
        objective=name,
        value=round(known.value, 4),
        error=round(known.error, 4),
        observed=judgement.observed_text,
        target=judgement.target_text,
    )


def _figures(phase: PhaseResult) -> dict[str, float | int | None]:
    requests = phase.requests
    shown, count = requests.shown, max(requests.count, 1)
    return {
        "failed_share": requests.failed / count,
        "refused_share": requests.statuses.get(_REFUSED, 0) / count,
        "p50_us": shown.p50_us,
        "p95_us": shown.p95_us,
        "p99_us": shown.p99_us,
    }


def _within(result: LoadResult, phase: PhaseResult, *, skip: float = 0.0) -> list[Second]:
    """The whole seconds of a phase."""
    start = phase.start_us + int(phase.duration_us * skip)
    end = min(phase.start_us + phase.duration_us, result.elapsed_us)
    return [
        second
        for second in result.seconds
        if start <= second.at_us and second.at_us + second.width_us <= end
    ]


def _sessions(result: LoadResult, seconds: Sequence[Second]) -> int:
    """Sessions that ended well within these seconds, whenever they were due."""
    if not seconds or result.breakdown is None:
        return 0
    width = result.breakdown.width_us
    first = seconds[0].at_us // width
    last = (seconds[-1].at_us + seconds[-1].width_us - 1) // width
    return sum(
        row.total - row.failed
        for group in result.breakdown.sessions
        for row in group.rows()
        if first <= row.at <= last
    )


def _session_us(result: LoadResult, phase: int, *, middle: bool = False) -> float | None:
    """How long a session that ended well took from its due time, on the average; or, in the
    `middle`, the half of them at most."""
    if result.breakdown is None:
        return None
    from kampyn_perf.slo.evidence.counted import Table

    kept = result.breakdown
    table = Table(kept.sessions, [], splits_us=kept.splits_us, width_us=kept.width_us)
    times = table.select(lambda group: group.phase == phase).response
    if not times.count:
        return None
    if not middle:
        return float(times.sums_us().sum()) / times.count
    order = np.argsort(times.first_us)
    reached = np.cumsum(times.counts[order])
    return float(times.last_us[order][np.searchsorted(reached, reached[-1] / 2)])


def _stopped(result: LoadResult) -> bool:
    """Whether the search itself ended it."""
    return bool(result.reason) and not result.interrupted


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
