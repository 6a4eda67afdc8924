"""Why an objective came out as it did, in a sentence for people. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf import stats
from kampyn_perf.results.verdict import Judgement, Outcome, Unit
from kampyn_perf.slo.evidence.estimate import Estimate
from kampyn_perf.slo.objectives import Objective
from kampyn_perf.slo.targets import Target
from kampyn_perf.units import format_duration

_FEW = 10


def explain(objective: Objective, found: Estimate, outcome: Outcome, needed: int | None) -> str:
    """The sentence for `outcome`; `needed` is the sample that would decide an inconclusive one."""
    if outcome is Outcome.NOT_EXERCISED:
        return found.unexercised
    if outcome is Outcome.INCONCLUSIVE:
        return _undecided(objective, found, needed)
    if found.failures == 0 and found.interval and outcome is Outcome.PASS:
        return _none(objective, found)
    value = _value(objective, found)
    side = _side(objective.target, good=outcome is Outcome.PASS)
    if found.observed is None and found.interval is None:
        return f"{value}, {side}; `of: successful` asks of the others alone"
    within = _interval(found, objective.target.unit)
    return f"{value}, {side}" + (f"; {within}" if within else f"; {found.exact}")


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


def _value(objective: Objective, found: Estimate) -> str:
    unit = objective.target.unit
    if found.observed is None:
        return f"{objective.statistic} is beyond any value ({found.note})"
    text = unit.text(_rounded(found.observed, unit))
    if found.failures is not None:
        of = f"{found.failures:,} of {count(found.samples, found.noun)}"
        more = f"; {found.note}" if found.note else ""
        return f"{text} ({of}{' failed' if _of_successes(objective) else ''}{more})"
    if objective.metric != "throughput":
        text = f"{objective.statistic} is {text}"
    return f"{text} ({found.note})" if found.note else text


def _of_successes(objective: Objective) -> bool:
    return objective.target.comparison.more_is_better


def _side(target: Target, *, good: bool) -> str:
    if good:
        return f"{target.comparison.words} {target.unit.text(target.value)}"
    return f"not {target.comparison.words} {target.unit.text(target.value)}"


def _interval(found: Estimate, unit: Unit) -> str:
    interval = found.interval
    # Beyond any value lies a failed request, however many there were of others.
    few = "" if found.observed is None else " from so few"
    if interval is None:
        return ""
    low, high = (
        None if end is None else unit.text(_rounded(end, unit))
        for end in (interval.low, interval.high)
    )
    if found.at_least:
        return f"at least that: {found.at_least}"
    level = f"{interval.confidence * 100:.4g} %"
    if low is None and high is None:
        return f"too few to give a {level} interval"
    if low is None:
        return f"with {level} confidence at most {high}"
    if high is None:
        return f"with {level} confidence at least {low}, and no upper bound{few}"
    return f"{level} interval {low} to {high}"


def _undecided(objective: Objective, found: Estimate, needed: int | None) -> str:
    target = objective.target
    if found.at_least:
        return f"{_value(objective, found)}, or more by any amount: {found.at_least}"
    made = count(found.samples, found.noun)
    if found.effective is not None and found.effective < 0.9 * found.samples:
        made += f" (worth {count(found.effective, 'independent ones')})"
    if found.failures == 0:
        start = _none(objective, found)
    else:
        within = _interval(found, target.unit)
        start = f"{_value(objective, found)}, but {made} do not tell it from "
        start += f"{target.unit.text(target.value)}; {within}"
    if found.slow:
        start += "; the run is too short for how slowly it changes"
    if found.remedy:
        return f"{start}; {found.remedy}"
    if needed is None and found.samples < _FEW:
        return f"{start}; so few do not tell how many would decide"
    if needed is None:
        return f"{start}; it stands so close that no sample would decide"
    if found.failures == 0:
        return f"{start}; {count(needed, found.noun)} without one would show {target}"
    return f"{start}; about {count(needed, found.noun)} would decide"


def _none(objective: Objective, found: Estimate) -> str:
    """Zero failures prove a rate of zero as little as a dry day proves a desert."""
    interval = found.interval or stats.Interval(None, None)
    successes = _of_successes(objective)
    end = interval.low if successes else interval.high
    most = 1.0 if end is None else 1 - end if successes else end
    level = f"{interval.confidence * 100:.4g} %"
    return (
        f"{'no failure' if successes else 'none'} in {count(found.samples, found.noun)}: with "
        f"{level} confidence at most {Unit.SHARE.text(most)}{' fail' if successes else ''}"
        + (f" ({found.note})" if found.note else "")
    )


def _rounded(value: float, unit: Unit) -> float:
    return round(value, 1) if unit is Unit.RATE and abs(value) >= 1 else value
