"""The times of a group of requests or sessions: percentile, mean or maximum. Pure.

Unit: whole microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from kampyn_perf import stats
from kampyn_perf.results.load import Latency
from kampyn_perf.slo.evidence import estimate, windows
from kampyn_perf.slo.evidence.bounds import Disturbed
from kampyn_perf.slo.evidence.counted import Counted
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.evidence.quantiles import Question, quantile, standing
from kampyn_perf.slo.kinds import Clock
from kampyn_perf.slo.objective import Objective, Of


@dataclass(frozen=True, kw_only=True)
class Group:
    """The requests or sessions of one scope."""

    counted: Counted
    latency: Latency
    """Of successful ones, or of all that ended where `counted.mixed`."""


def times_of(
    group: Group,
    objective: Objective,
    clock: Clock,
    *,
    disturbed: Disturbed,
    noun: str,
    woken_mean_us: float = 0.0,
) -> Estimate | Missing:
    """The statistic that the objective asks for."""
    question = Question(
        q=objective.quantile or 0.5,
        clock=clock,
        of_all=objective.of is Of.ALL,
        max_us=group.latency.max_us,
        disturbed=disturbed,
        noun=noun,
        woken_mean_us=woken_mean_us * (2 if clock is Clock.RESPONSE else 1),
    )
    if objective.window_us is not None:
        return windows.quantile_of_worst(group.counted, question, objective)
    if objective.quantile is not None:
        return quantile(group.counted, question, objective.target)
    return _mean_or_max(group, objective.statistic, question)


def _mean_or_max(group: Group, statistic: str, question: Question) -> Estimate | Missing:
    """Of all, failed ones have no time that a mean or a maximum could take in: with one of them,
    either is worse than any value."""
    counted, latency, noun = group.counted, group.latency, question.noun
    ended = round(float(counted.totals.sum()))
    note = standing(counted, of_all=question.of_all, noun=noun)
    if question.of_all and counted.failed.sum():
        return Estimate(observed=None, interval=None, samples=ended, noun=noun, note=note)
    if latency.mean_us is None or latency.max_us is None:
        return Missing(f"there were no {noun}")
    if statistic == "max":
        longest = max([latency.max_us, *counted.cut.first_us.tolist()])
        return estimate.maximum(float(longest), samples=latency.count, noun=noun, note=note)
    times = counted.times(question.clock)
    counts = times.surely_from(0)
    middle = stats.mean_interval(times.sums_us(), counts, strata=counted.strata, careful=True)
    return estimate.mean(
        latency.mean_us,
        _around(latency.mean_us, middle, late_us=question.woken_mean_us),
        samples=latency.count,
        noun=noun,
        note=note,
    )


def _around(mean: float, interval: stats.Interval, *, late_us: float) -> stats.Interval:
    """The same width around the exact mean: buckets round by up to 0.1 %. By how late the generator
    was woken it may be less."""
    if interval.low is None or interval.high is None:
        return interval
    half = (interval.high - interval.low) / 2
    return stats.Interval(max(mean - half - late_us, 0.0), mean + half, interval.confidence)
