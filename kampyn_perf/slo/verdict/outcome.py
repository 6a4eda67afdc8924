"""One objective and what was observed, to an outcome. Pure.

An objective passes when the whole interval is on the good side of its target, and fails when the
whole interval is on the bad side; in between, the sample does not decide.
"""

from __future__ import annotations

from kampyn_perf import stats
from kampyn_perf.results.judgement import Bounds, Judgement, Outcome
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.objective import Objective
from kampyn_perf.slo.targets import Target
from kampyn_perf.slo.verdict import words


def judge(name: str, objective: Objective, estimate: Estimate | Missing) -> Judgement:
    """The judgement of one objective, with its explanation."""
    plain = _plain(name, objective)
    if isinstance(estimate, Missing):
        return plain.model_copy(update={"explanation": estimate.reason})
    target = objective.target
    if estimate.with_faults is not None:
        plain = plain.model_copy(
            update={
                "masked_us": estimate.masked_us,
                "with_faults": estimate.with_faults.observed,
                "with_faults_outcome": outcome_of(estimate.with_faults, target),
            }
        )
    outcome = outcome_of(estimate, target)
    needed = estimate.needed(target) if outcome is Outcome.INCONCLUSIVE else None
    return plain.model_copy(
        update={
            "outcome": outcome,
            "observed": estimate.observed,
            "margin": None if estimate.observed is None else target.margin(estimate.observed),
            "unanswered": estimate.observed is None,
            "samples": estimate.samples,
            "effective_samples": estimate.effective,
            "interval": _bounds(estimate.interval),
            "samples_needed": needed,
            "detectable": estimate.detectable,
            "explanation": words.explain(objective, estimate, outcome, needed)
            + words.masked(plain, estimate.faults),
        }
    )


def warn(judgement: Judgement, level: Target, estimate: Estimate | Missing) -> Judgement:
    """The same; warned of, where it passes and `estimate`, asked for the level, is not sure to."""
    passed = isinstance(estimate, Estimate) and outcome_of(estimate, level) is Outcome.PASS
    update: dict[str, object] = {"warn": level.value}
    if judgement.outcome is Outcome.PASS and not passed:
        side = f"{level.comparison.words} the warning level {level.unit.text(level.value)}"
        update |= {
            "warned": True,
            "explanation": f"{judgement.explanation}; not for sure {side}",
        }
    return judgement.model_copy(update=update)


def hold(judgement: Judgement, bound: str) -> Judgement:
    """A failure that a disturbed run shows in spite of its disturbance."""
    words = f"{judgement.explanation}; this holds although the run is not valid: {bound}"
    return judgement.model_copy(update={"explanation": words})


def invalidate(judgement: Judgement, reason: str) -> Judgement:
    """The same, of a run whose numbers mean nothing."""
    return judgement.model_copy(
        update={
            "outcome": Outcome.INVALID,
            "samples_needed": None,
            "explanation": f"the run is not valid: {reason}",
        }
    )


def outcome_of(estimate: Estimate, target: Target) -> Outcome:
    """Where the interval lies."""
    if estimate.interval is None:
        met = estimate.observed is not None and target.met_by(estimate.observed)
        return Outcome.PASS if met else Outcome.FAIL
    good, bad = _ends(estimate.interval, target)
    if bad is not None and target.met_by(bad):
        return Outcome.PASS
    if estimate.unexercised:
        return Outcome.NOT_EXERCISED
    if good is not None and not target.met_by(good):
        return Outcome.FAIL
    return Outcome.INCONCLUSIVE


def _ends(interval: stats.Interval, target: Target) -> tuple[float | None, float | None]:
    """The interval's better and its worse end."""
    if target.comparison.upwards:
        return interval.high, interval.low
    return interval.low, interval.high


def _plain(name: str, objective: Objective) -> Judgement:
    return Judgement(
        name=name,
        metric=objective.metric,
        statistic=objective.statistic,
        scope=objective.scope.as_dict(),
        window_us=objective.window_us,
        required=objective.required,
        unit=objective.target.unit,
        comparison=objective.target.comparison.value,
        target=objective.target.value,
        outcome=Outcome.NO_DATA,
    )


def _bounds(interval: stats.Interval | None) -> Bounds | None:
    if interval is None:
        return None
    return Bounds(low=interval.low, high=interval.high, confidence=interval.confidence)
