"""What was watched beside the client, as estimates: machine, processes, database, probe. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kampyn_perf import names, stats
from kampyn_perf.results.series import Series
from kampyn_perf.results.verdict import unmeasured_reason
from kampyn_perf.slo import estimate
from kampyn_perf.slo.estimate import Estimate, Missing

_NOUNS = {names.DB_QUERY_TIME: "queries", names.PROBE_AVAILABILITY: "probes"}


def find(series: Sequence[Series], metric: str, statistic: str) -> Estimate | Missing:
    """The estimate of `metric` from all the series that have it."""
    held = [each for each in series if each.metric == metric and each.values]
    if not held:
        return Missing(unmeasured_reason(metric))
    if metric == names.PROBE_AVAILABILITY:
        return _availability(held)
    if statistic == "max":
        return _maximum(held, metric)
    if metric == names.MEMORY_PER_INSTANCE:
        # Each instance has to keep the promise: the one that has most speaks for all.
        held = [max(held, key=lambda each: float(np.mean(each.values)))]
    return _mean(held, metric)


def _mean(held: Sequence[Series], metric: str) -> Estimate | Missing:
    values = np.concatenate([np.asarray(each.values, dtype=np.float64) for each in held])
    weights = np.concatenate([_weights(each) for each in held])
    if not weights.sum():
        return Missing(f"there were no {_noun(metric)}")
    strata = [each.subject for each in held for _ in each.values]
    return estimate.mean(
        float((values * weights).sum() / weights.sum()),
        stats.mean_interval(values * weights, weights, strata=strata),
        samples=round(float(weights.sum())),
        noun=_noun(metric),
        note=_note(held),
    )


def _maximum(held: Sequence[Series], metric: str) -> Estimate:
    tops = [(_top(each), each) for each in held]
    top, series = max(tops, key=lambda pair: pair[0])
    samples = sum(round(float(_weights(each).sum())) for each in held)
    return estimate.maximum(top, samples=samples, noun=_noun(metric), note=_note([series]))


def _availability(held: Sequence[Series]) -> Estimate | Missing:
    weights = np.concatenate([_weights(each) for each in held])
    ok = np.concatenate([np.asarray(each.values, dtype=np.float64) for each in held])
    failures = np.rint(weights * (1 - ok))
    worth = stats.deflation(weights, failures)
    return estimate.share(
        round(float(failures.sum())),
        round(float(weights.sum())),
        effective=worth.effective,
        noun=_noun(names.PROBE_AVAILABILITY),
        of_successes=True,
    )


def _top(series: Series) -> float:
    return max(series.values) if series.maximum is None else series.maximum


def _weights(series: Series) -> np.ndarray:
    given = [1] * len(series.values) if series.weights is None else series.weights
    return np.asarray(given, dtype=np.float64)


def _noun(metric: str) -> str:
    return _NOUNS.get(metric, "samples")


def _note(held: Sequence[Series]) -> str:
    subjects = ", ".join(sorted({each.subject for each in held}))
    sources = ", ".join(sorted({each.source for each in held}))
    return f"{subjects}, by {sources}"
