"""A time against that of an earlier run: the target `<= +10 %`. Pure.

The target becomes a value, so much more than the baseline's. The interval becomes that of the ratio
of the two runs, times the baseline's value: from the lower end over the baseline's upper one to the
upper end over its lower one, which covers at least as often as either interval does alone. It is
then widened by what two runs of the same system differ by (`BETWEEN_RUNS`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from kampyn_perf import stats
from kampyn_perf.results.load import LoadResult, RunStatus
from kampyn_perf.results.verdict import Unit
from kampyn_perf.slo.evidence import estimate
from kampyn_perf.slo.evidence.estimate import Estimate, Evidence, Missing
from kampyn_perf.slo.objectives import Objective
from kampyn_perf.slo.targets import BETWEEN_RUNS, Comparison, Target

NONE_GIVEN = "there is no baseline to compare with (--baseline RUN)"
_JUST_ABOVE = 1.002
"""Two buckets of a histogram."""


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
        [(one.name, one.duration_us, one.offered_rate) for one in run.phases],
    ),
    "mix of flows": lambda run: sorted((flow.name, flow.weight) for flow in run.flows),
    "warm-up": lambda run: run.warm_up.duration_us if run.warm_up else 0,
    "machine": lambda run: (run.machine.hostname, run.machine.cpu, run.machine.cores),
    "configuration of the backend": lambda run: run.context,
}
"""What both have to have alike."""


def against(
    evidence: Evidence, baseline: Evidence | Missing, objective: Objective
) -> tuple[Objective, Estimate | Missing]:
    """The objective with its target as a value, and what the run says beside the baseline."""
    if isinstance(baseline, Missing):
        return objective, baseline
    before = _by_itself(baseline, objective)
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
    return absolute, _in_its_light(by_itself, before.observed, before.interval)


def _by_itself(evidence: Evidence, objective: Objective) -> Estimate | Missing:
    """Asked just above what was observed: there, and not only at some target far off, an interval
    that ends in the bucket of the greatest times has its end."""

    def asked(us: float) -> Estimate | Missing:
        target = Target(Comparison.BELOW, us, Unit.DURATION)
        return evidence.find(objective.model_copy(update={"target": target}))

    first = asked(1_000_000)
    if isinstance(first, Missing) or first.observed is None:
        return first
    return asked(first.observed * _JUST_ABOVE)


def _in_its_light(by_itself: Estimate, before: float, interval: stats.Interval) -> Estimate:
    own = by_itself.interval or stats.Interval(by_itself.observed, None)
    low = high = None
    if own.low is not None and interval.high is not None:
        low = own.low * before / interval.high / (1 + BETWEEN_RUNS)
    if own.high is not None and interval.low:
        high = own.high * before / interval.low * (1 + BETWEEN_RUNS)
    words = f"the baseline's was {Unit.DURATION.text(before)}"
    if by_itself.observed is not None:
        words = f"{(by_itself.observed / before - 1) * 100:+.3g} %: {words}"
    return replace(
        by_itself,
        interval=stats.Interval(low, high),
        needed=estimate.undecidable,
        remedy="the interval is that of both runs, and of 5 % between them; longer runs would "
        "narrow the first",
        note=f"{words}; {by_itself.note}" if by_itself.note else words,
    )
