"""A time against that of an earlier run: the target `<= +10 %`. Pure.

The target becomes a value, so much more than the baseline's. The interval becomes that of the ratio
of the two runs, times the baseline's value. How far each end of either run's interval is from its
value, and what two runs of the same system differ by, add up as squares of logarithms (variance
estimates recovery: Zou and Donner, Statistics in Medicine 27, 2008). What is between runs is taken
from other runs of the same configuration, where there are some, or else assumed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from kampyn_perf import stats
from kampyn_perf.operators import Operator
from kampyn_perf.results.load import LoadResult, RunStatus
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.evidence import estimate
from kampyn_perf.slo.evidence.estimate import Estimate, Evidence, Missing
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.targets import Target
from kampyn_perf.stats.between_runs import BETWEEN_RUNS
from kampyn_perf.units import format_percent

NONE_GIVEN = "there is no baseline to compare with (--baseline RUN)"
_JUST_ABOVE = 1.002
"""Two buckets of a histogram."""

Apart = Callable[[Objective], float | None]
"""By how much runs like these differ at most, in 95 of 100 cases; None where nobody knows."""


def nobody_knows(_: Objective) -> float | None:
    """Nothing: what is assumed counts."""
    return None


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """What a run is compared with."""

    evidence: Evidence | Missing
    apart: Apart = nobody_knows


def why_not(result: LoadResult, baseline: LoadResult) -> str:
    """Why the two cannot be compared; empty where they can."""
    for name, run in (("run", result), ("baseline", baseline)):
        if run.status is not RunStatus.COMPLETE:
            return f"the {name} is not complete"
    if not baseline.validity.valid:
        return f"the baseline is not valid: {'; '.join(baseline.validity.reasons)}"
    if _same_run(result, baseline):
        return "the baseline is the run itself"
    other = [what for what, of in _DECIDES.items() if of(result) != of(baseline)]
    return f"the baseline had another {', another '.join(other)}" if other else ""


def _same_run(result: LoadResult, baseline: LoadResult) -> bool:
    def identity(run: LoadResult) -> object:
        return run.started_at, run.elapsed_us, run.requests.response

    return identity(result) == identity(baseline)


_DECIDES: dict[str, Callable[[LoadResult], object]] = {
    "target": lambda run: (run.target.name, run.target.bundled or run.target.url),
    "schedule": lambda run: (
        run.planned_us,
        [(phase.name, phase.duration_us, phase.offered_rate) for phase in run.phases],
    ),
    "mix of flows": lambda run: sorted((flow.name, flow.weight) for flow in run.flows),
    "warm-up": lambda run: run.warm_up.duration_us if run.warm_up else 0,
    "machine": lambda run: (run.machine.hostname, run.machine.cpu, run.machine.cores),
    "configuration of the backend": lambda run: run.context,
}
"""What both have to have alike."""


def against(
    evidence: Evidence, baseline: Baseline, objective: Objective
) -> tuple[Objective, Estimate | Missing]:
    """The objective with its target as a value, and what the run says beside the baseline."""
    if isinstance(baseline.evidence, Missing):
        return objective, baseline.evidence
    before = _by_itself(baseline.evidence, objective)
    if isinstance(before, Missing):
        return objective, Missing(f"the baseline has none: {before.reason}")
    if before.observed is None or before.interval is None or before.observed <= 0:
        return objective, Missing(f"the baseline's {objective.statistic} is that of a failed one")
    change = objective.target
    value = before.observed * (1 + change.value)
    absolute = objective.model_copy(
        update={"target": Target(change.comparison, value, Unit.DURATION)}
    )
    by_itself = _by_itself(evidence, objective)
    if isinstance(by_itself, Missing):
        return absolute, by_itself
    seen = baseline.apart(objective)
    return absolute, _in_its_light(by_itself, before.observed, before.interval, seen)


def _by_itself(evidence: Evidence, objective: Objective) -> Estimate | Missing:
    """Asked just above what was observed: there, and not only at some target far off, an interval
    that ends in the bucket of the greatest times has its end."""

    def judged_against(us: float) -> Estimate | Missing:
        target = Target(Operator.BELOW, us, Unit.DURATION)
        return evidence.find(objective.model_copy(update={"target": target}))

    first = judged_against(1_000_000)
    if isinstance(first, Missing) or first.observed is None:
        return first
    return judged_against(first.observed * _JUST_ABOVE)


def _in_its_light(
    by_itself: Estimate, before: float, interval: stats.Interval, seen: float | None
) -> Estimate:
    own = by_itself.interval or stats.Interval(by_itself.observed, None)
    between = BETWEEN_RUNS if seen is None else seen
    low = high = None
    value = by_itself.observed
    if value:
        down = factor_apart((value, own.low), (interval.high, before), between)
        up = factor_apart((own.high, value), (before, interval.low), between)
        low = None if down is None else value / down
        high = None if up is None else value * up
    words = f"the baseline's was {Unit.DURATION.text(before)}"
    if by_itself.observed is not None:
        words = f"{(by_itself.observed / before - 1) * 100:+.3g} %: {words}"
    told = format_percent(round(between, 3))
    whose = "as is assumed" if seen is None else "as other runs like these did"
    return replace(
        by_itself,
        interval=stats.Interval(low, high),
        needed=estimate.undecidable,
        remedy=f"the interval is that of both runs, and of what runs differ by ({told}, {whose}); "
        "longer runs would narrow the first",
        note=f"{words}; {by_itself.note}" if by_itself.note else words,
    )


def factor_apart(
    own: tuple[float | None, float | None],
    other: tuple[float | None, float | None],
    between: float,
) -> float | None:
    """The factor to an end of the ratio: both steps (from, to) and what is between runs."""
    logs = [math.log1p(between)]
    for upper, lower in (own, other):
        if upper is None or not lower:
            return None
        logs.append(math.log(upper / lower))
    return math.exp(math.hypot(*logs))
