"""What was watched beside the client, as estimates: machine, processes, database, probe. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kampyn_perf import stats
from kampyn_perf.results.series import Series
from kampyn_perf.results.verdict import unmeasured_reason
from kampyn_perf.slo.evidence import estimate
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.metrics import Metric, Subjects, Watched


def find(series: Sequence[Series], metric: Metric, statistic: str) -> Estimate | Missing:
    """The estimate of `metric`, whose evidence is `Watched`, from all the series that have it."""
    held = [each for each in series if each.metric == metric.name and each.values]
    watched = metric.evidence
    if not held or not isinstance(watched, Watched):
        return Missing(unmeasured_reason(metric.name))
    if statistic == "share":
        return _share(held, watched.noun, of_successes=metric.more_is_better)
    if statistic == "max":
        return _maximum(held, watched.noun)
    if watched.subjects is Subjects.WORST:
        held = [max(held, key=lambda each: float(np.mean(each.values)))]
    return _mean(held, watched.noun)


def _mean(held: Sequence[Series], noun: str) -> Estimate | Missing:
    values = np.concatenate([np.asarray(each.values, dtype=np.float64) for each in held])
    weights = np.concatenate([_weights(each) for each in held])
    if not weights.sum():
        return Missing(f"there were no {noun}")
    strata = [each.subject for each in held for _ in each.values]
    return estimate.mean(
        float((values * weights).sum() / weights.sum()),
        stats.mean_interval(values * weights, weights, strata=strata, careful=True),
        samples=round(float(weights.sum())),
        noun=noun,
        note=_note(held),
    )


def _maximum(held: Sequence[Series], noun: str) -> Estimate:
    tops = [(_top(each), each) for each in held]
    top, series = max(tops, key=lambda pair: pair[0])
    samples = sum(round(float(_weights(each).sum())) for each in held)
    return estimate.maximum(top, samples=samples, noun=noun, note=_note([series]))


def _share(held: Sequence[Series], noun: str, *, of_successes: bool) -> Estimate | Missing:
    weights = np.concatenate([_weights(each) for each in held])
    shares = np.concatenate([np.asarray(each.values, dtype=np.float64) for each in held])
    failures = np.rint(weights * (1 - shares if of_successes else shares))
    return estimate.share(
        round(float(failures.sum())),
        round(float(weights.sum())),
        bounds=stats.share_bounds(weights, failures),
        noun=noun,
        of_successes=of_successes,
    )


def _top(series: Series) -> float:
    return max(series.values) if series.maximum is None else series.maximum


def _weights(series: Series) -> np.ndarray:
    given = [1] * len(series.values) if series.weights is None else series.weights
    return np.asarray(given, dtype=np.float64)


def _note(held: Sequence[Series]) -> str:
    subjects = ", ".join(sorted({each.subject for each in held}))
    sources = ", ".join(sorted({each.source for each in held}))
    return f"{subjects}, by {sources}"
