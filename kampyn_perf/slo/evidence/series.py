"""What was watched beside the client, as estimates: machine, processes, database, probe. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf import stats
from kampyn_perf.results.judgement import unmeasured_reason
from kampyn_perf.results.series import Series, Unmeasured
from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.evidence import estimate
from kampyn_perf.slo.evidence.estimate import Estimate, Missing
from kampyn_perf.slo.evidence.slopes import Stretch, slope_of
from kampyn_perf.slo.kinds import AnySeries, Subjects, Watched
from kampyn_perf.slo.objective import Objective, SeriesName
from kampyn_perf.statistic import SLOPE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_NAMES_SHOWN = 8


@dataclass(frozen=True, kw_only=True)
class Measurements:
    """All that was watched beside a load, on its time axis."""

    series: Sequence[Series]
    phases_us: Sequence[int] = ()
    """When each phase began: phases differ by design, and that is no uncertainty."""
    longest: Stretch | None = None
    """The phase that slopes are asked of."""
    unmeasured: Mapping[str, Unmeasured] = field(default_factory=dict)
    """Why a metric was not measured, where that is known."""

    def find(self, objective: Objective) -> Estimate | Missing:
        """What was watched, about an objective whose evidence is `Watched` or `AnySeries`."""
        metric, kind = objective.described, objective.described.evidence
        if isinstance(kind, AnySeries) and objective.series is not None:
            return self._named(objective, objective.series)
        held = [series for series in self.series if series.metric == metric.name and series.values]
        if not held or not isinstance(kind, Watched):
            gap, reason = self.unmeasured.get(metric.name), unmeasured_reason(metric.name)
            return Missing(f"{reason}: {gap.text}" if gap else reason)
        if objective.statistic == "share":
            return self._share(held, kind.noun, of_successes=metric.more_is_better)
        return self._value(held, objective, kind)

    def _named(self, objective: Objective, wanted: SeriesName) -> Estimate | Missing:
        held = [
            series
            for series in self.series
            if series.metric == wanted.name
            and series.values
            and wanted.labels.items() <= series.labels.items()
        ]
        if not held:
            return Missing(self._unknown(wanted))
        unit = objective.target.unit
        other = next((series.unit for series in held if not _fits(series.unit, objective)), None)
        if other:
            return Missing(
                f"the series {wanted.name} is in {other}, and its target in {unit.value}"
            )
        return self._value(held, objective, Watched())

    def _unknown(self, wanted: SeriesName) -> str:
        of_name = [series.labels for series in self.series if series.metric == wanted.name]
        if of_name:
            shown = "; ".join(str(labels) for labels in of_name[:_NAMES_SHOWN])
            return f"no series {wanted.name} has the labels {wanted.labels}; there are: {shown}"
        known = sorted({series.metric for series in self.series})
        hint = f"; there are: {', '.join(known)}" if known else "; nothing was watched in this run"
        return f"the result has no series {wanted.name!r}{hint}"

    def _value(
        self, held: Sequence[Series], objective: Objective, watched: Watched
    ) -> Estimate | Missing:
        if objective.statistic == SLOPE:
            target = objective.target
            better = target.comparison.upwards
            return slope_of(held, self.longest, unit=target.unit, more_is_better=better)
        if objective.statistic in ("max", "min"):
            return _at_least(held, _extreme(held, objective.statistic, watched.noun))
        if watched.subjects is Subjects.WORST:
            held = [max(held, key=lambda series: float(np.mean(series.values)))]
        values, weights = _joined(held)
        if not weights.sum():
            return Missing(f"there were no {watched.noun}")
        strata = self._strata(held)
        interval = stats.mean_interval(values * weights, weights, strata=strata, careful=True)
        mean = estimate.mean(
            float((values * weights).sum() / weights.sum()),
            _within(interval, values, objective.target.unit),
            samples=round(float(weights.sum())),
            noun=watched.noun,
            note=_note(held),
        )
        return _at_least(held, mean)

    def _share(
        self, held: Sequence[Series], noun: str, *, of_successes: bool
    ) -> Estimate | Missing:
        shares, weights = _joined(held)
        failures = np.rint(weights * (1 - shares if of_successes else shares))
        return estimate.share(
            round(float(failures.sum())),
            round(float(weights.sum())),
            bounds=stats.share_bounds(weights, failures, strata=self._strata(held)),
            noun=noun,
            of_successes=of_successes,
        )

    def _strata(self, held: Sequence[Series]) -> list[tuple[int, int]]:
        """Of every sample: the number of its series, and its phase."""
        return [
            (number, bisect_right(self.phases_us, at_us))
            for number, series in enumerate(held)
            for at_us in series.at_us
        ]


def _fits(unit: str, objective: Objective) -> bool:
    """Whether a series of that unit is what the target's unit is about."""
    wanted = objective.target.unit
    if not unit or objective.statistic != SLOPE:
        return unit in ("", wanted.value)
    return any(one.value == unit and one.slope is wanted for one in Unit)


def _at_least(held: Sequence[Series], seen: Estimate) -> Estimate:
    """Without an upper end, where samples of it lay beyond the last edge of their histogram."""
    number = sum(series.at_least for series in held)
    if not number:
        return seen
    low = seen.observed if seen.interval is None else seen.interval.low
    verb = "samples lie" if number > 1 else "sample lies"
    return replace(
        seen,
        interval=stats.Interval(low, None),
        at_least=f"{number:,} {verb} beyond the last edge of the histogram's buckets, "
        "where only the edge is known",
    )


def _within(interval: stats.Interval, values: Floats, unit: Unit) -> stats.Interval:
    """Not beyond what such a value can be: nothing below none, and no share above all."""
    if interval.low is None or interval.high is None:
        return interval
    low = interval.low if values.min() < 0 else max(interval.low, 0.0)
    high = min(interval.high, 1.0) if unit is Unit.SHARE and values.max() <= 1 else interval.high
    return stats.Interval(low, high, interval.confidence)


def _joined(held: Sequence[Series]) -> tuple[Floats, Floats]:
    """Values and weights of all of them, one after the other."""
    return (
        np.concatenate([np.asarray(series.values, dtype=np.float64) for series in held]),
        np.concatenate([_weights(series) for series in held]),
    )


def _extreme(held: Sequence[Series], statistic: str, noun: str) -> Estimate:
    if statistic == "max":
        value, series = max(((_top(series), series) for series in held), key=lambda pair: pair[0])
    else:
        value, series = min(
            ((_bottom(series), series) for series in held), key=lambda pair: pair[0]
        )
    samples = sum(round(float(_weights(series).sum())) for series in held)
    return estimate.maximum(value, samples=samples, noun=noun, note=_note([series]))


def _top(series: Series) -> float:
    known = max(series.maxima or series.values)
    return known if series.maximum is None else max(known, series.maximum)


def _bottom(series: Series) -> float:
    return min(series.minima or series.values)


def _weights(series: Series) -> Floats:
    given = [1] * len(series.values) if series.weights is None else series.weights
    return np.asarray(given, dtype=np.float64)


def _note(held: Sequence[Series]) -> str:
    subjects = ", ".join(sorted({series.subject for series in held}))
    sources = ", ".join(sorted({series.source for series in held}))
    return f"{subjects}, by {sources}"
