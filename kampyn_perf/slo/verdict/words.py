"""Why an objective came out as it did, in a sentence for people. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf import stats
from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.evidence.estimate import Estimate
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.targets import Target
from kampyn_perf.units import format_duration

_FEW = 10


def explain(objective: Objective, estimate: Estimate, outcome: Outcome, needed: int | None) -> str:
    """The sentence for `outcome`; `needed` is the sample that would decide an inconclusive one."""
    if outcome is Outcome.NOT_EXERCISED:
        return estimate.unexercised
    if outcome is Outcome.INCONCLUSIVE:
        return _undecided(objective, estimate, needed)
    if estimate.failures == 0 and estimate.interval and outcome is Outcome.PASS:
        return _none(objective, estimate)
    value = _value(objective, estimate)
    side = _side(objective.target, good=outcome is Outcome.PASS)
    if estimate.observed is None and estimate.interval is None:
        return f"{value}, {side}; `of: successful` asks of the others alone"
    within = _interval(estimate, objective.target.unit)
    return f"{value}, {side}" + (f"; {within}" if within else f"; {estimate.exact}")


def masked(judgement: Judgement, faults: Sequence[str]) -> str:
    """What faults were left out, and what it would be with them; empty for none."""
    if not judgement.with_faults_text:
        return ""
    left_out = f"{format_duration(judgement.masked_us)} under faults ({', '.join(faults)})"
    return f"; {left_out} are left out, with them it is {judgement.with_faults_text}"


def count(number: float, noun: str) -> str:
    """`51,840 requests`, `1 request`."""
    whole = round(number)
    singular = noun.removesuffix("ies") + "y" if noun.endswith("ies") else noun.removesuffix("s")
    return f"{whole:,} {singular if whole == 1 else noun}"


def _value(objective: Objective, estimate: Estimate) -> str:
    unit = objective.target.unit
    if estimate.observed is None:
        return f"{objective.statistic} is beyond any value ({estimate.note})"
    text = unit.text(_rounded(estimate.observed, unit))
    if estimate.failures is not None:
        of = f"{estimate.failures:,} of {count(estimate.samples, estimate.noun)}"
        more = f"; {estimate.note}" if estimate.note else ""
        return f"{text} ({of}{' failed' if _of_successes(objective) else ''}{more})"
    if objective.metric != "throughput":
        text = f"{objective.statistic} is {text}"
    return f"{text} ({estimate.note})" if estimate.note else text


def _of_successes(objective: Objective) -> bool:
    return objective.target.comparison.upwards


def _side(target: Target, *, good: bool) -> str:
    if good:
        return f"{target.comparison.words} {target.unit.text(target.value)}"
    return f"not {target.comparison.words} {target.unit.text(target.value)}"


def _interval(estimate: Estimate, unit: Unit) -> str:
    interval = estimate.interval
    # Beyond any value lies a failed request, however many there were of others.
    few = "" if estimate.observed is None else " from so few"
    if interval is None:
        return ""
    low, high = (
        None if end is None else unit.text(_rounded(end, unit))
        for end in (interval.low, interval.high)
    )
    if estimate.at_least:
        return f"at least that: {estimate.at_least}"
    level = f"{interval.confidence * 100:.4g} %"
    if low is None and high is None:
        return f"too few to give a {level} interval"
    if low is None:
        return f"with {level} confidence at most {high}"
    if high is None:
        return f"with {level} confidence at least {low}, and no upper bound{few}"
    return f"{level} interval {low} to {high}"


def _undecided(objective: Objective, estimate: Estimate, needed: int | None) -> str:
    target = objective.target
    if estimate.at_least:
        return f"{_value(objective, estimate)}, or more by any amount: {estimate.at_least}"
    made = count(estimate.samples, estimate.noun)
    if estimate.effective is not None and estimate.effective < 0.9 * estimate.samples:
        made += f" (worth {count(estimate.effective, 'independent ones')})"
    if estimate.failures == 0:
        start = _none(objective, estimate)
    else:
        within = _interval(estimate, target.unit)
        does = "does" if estimate.samples == 1 else "do"
        start = f"{_value(objective, estimate)}, but {made} {does} not tell it from "
        start += f"{target.unit.text(target.value)}; {within}"
    if estimate.slow:
        start += "; the run is too short for how slowly it changes"
    if estimate.remedy:
        return f"{start}; {estimate.remedy}"
    if needed is None and estimate.samples < _FEW:
        return f"{start}; so few do not tell how many would decide"
    if needed is None:
        return f"{start}; it stands so close that no sample would decide"
    if estimate.failures == 0:
        return f"{start}; {count(needed, estimate.noun)} without one would show {target}"
    return f"{start}; about {count(needed, estimate.noun)} would decide"


def _none(objective: Objective, estimate: Estimate) -> str:
    """Zero failures prove a rate of zero as little as a dry day proves a desert."""
    interval = estimate.interval or stats.Interval(None, None)
    successes = _of_successes(objective)
    end = interval.low if successes else interval.high
    most = 1.0 if end is None else 1 - end if successes else end
    level = f"{interval.confidence * 100:.4g} %"
    return (
        f"{'no failure' if successes else 'none'} in {count(estimate.samples, estimate.noun)}: "
        f"with {level} confidence at most {Unit.SHARE.text(most)}{' fail' if successes else ''}"
        + (f" ({estimate.note})" if estimate.note else "")
    )


def _rounded(value: float, unit: Unit) -> float:
    return round(value, 1) if unit is Unit.RATE and abs(value) >= 1 else value
