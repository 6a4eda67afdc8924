"""What became of a load's arrivals: how late they began, how many did, how many never. Pure.

Counts and rates are of the run as it was: they have no interval, since nothing is estimated.
"""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf import stats
from kampyn_perf.results.load import LoadResult, Sessions
from kampyn_perf.slo.evidence import estimate
from kampyn_perf.slo.evidence.estimate import Estimate, Missing, unknown
from kampyn_perf.slo.kinds import Arrivals
from kampyn_perf.slo.metrics import ScopeKind
from kampyn_perf.slo.objective import Objective

_COUNTED = "counted, not estimated"


def start_lag(result: LoadResult, objective: Objective) -> Estimate | Missing:
    """Of all sessions that found a free virtual user, taken as independent."""
    latency = result.validity.lateness
    if latency.max_us is None or latency.mean_us is None:
        return Missing("no session found a free virtual user")
    count, noun = latency.count, "sessions"
    if objective.statistic == "max":
        return estimate.maximum(float(latency.max_us), samples=count, noun=noun)
    if objective.quantile is None:
        half = stats.normal_half_width(latency.stddev_us or 0.0, count)
        mean = latency.mean_us
        return estimate.mean(
            mean, stats.Interval(mean - half, mean + half), samples=count, noun=noun
        )
    histogram, q = latency.decode(), objective.quantile
    observed = histogram.percentiles((q,))[q] or 0
    return estimate.quantile(
        q,
        observed=float(observed),
        interval=stats.quantile_interval(histogram, q),
        samples=count,
        effective=float(count),
        noun=noun,
        below=lambda target: 1 - histogram.count_above(target.first_bad - 1) / count,
    )


def arrivals(
    result: LoadResult, phase_names: Sequence[str], of: Arrivals, objective: Objective
) -> Estimate | Missing:
    """Arrivals of the objective's scope."""
    if of is Arrivals.MISSED:
        return _missed(result, phase_names, objective)
    rates = {
        name: phase.offered_rate if of is Arrivals.OFFERED else phase.achieved_rate
        for name, phase in zip(phase_names, result.phases, strict=True)
    }
    scope = objective.scope
    if scope.kind is ScopeKind.PHASE and scope.name not in rates:
        return unknown(scope, rates)
    if not rates:
        return Missing("the run had no phase")
    chosen = [scope.name] if scope.kind is ScopeKind.PHASE else list(rates)
    pick = max if objective.statistic == "max" else min
    name = pick(chosen, key=lambda phase: rates[phase])
    return Estimate(
        observed=rates[name],
        interval=None,
        samples=result.sessions.planned,
        noun="arrivals",
        note=f'in phase "{name}"',
        exact=_COUNTED,
    )


def _missed(
    result: LoadResult, phase_names: Sequence[str], objective: Objective
) -> Estimate | Missing:
    scope = objective.scope
    parts: dict[ScopeKind, dict[str, Sessions]] = {
        ScopeKind.FLOW: {flow.name: flow.sessions for flow in result.flows},
        ScopeKind.PHASE: {
            name: phase.sessions for name, phase in zip(phase_names, result.phases, strict=True)
        },
    }
    sessions = result.sessions
    if scope.kind is not ScopeKind.OVERALL:
        known = parts[scope.kind]
        if scope.name not in known:
            return unknown(scope, known)
        sessions = known[scope.name]
    if not sessions.planned:
        return Missing("no arrival was planned")
    return Estimate(
        observed=sessions.dropped / sessions.planned,
        interval=None,
        samples=sessions.planned,
        noun="arrivals",
        failures=sessions.dropped,
        exact=_COUNTED,
    )
