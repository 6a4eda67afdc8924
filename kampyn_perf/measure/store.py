"""Everything that the watchers brought so far, by series; used by several threads."""

from __future__ import annotations

import math
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any

from kampyn_perf import names
from kampyn_perf.measure.bounded import BoundedSeries
from kampyn_perf.measure.readings import Quantity, Reading, Remark, Sample
from kampyn_perf.results.series import Series

MAX_SERIES = 400
MAX_REMARKS = 40
_DIGITS = 9
"""Significant digits of a value in the result: bytes of a gigabyte, and no noise after them."""

# What speaks for a metric that nothing else measured. The database's own time of an operation has
# no waiting for a connection in it, so the backend's comes first where there is one.
STAND_INS = {names.DB_QUERY_TIME: names.MONGO_OPERATION_TIME}

Listener = Callable[[int, Sample], None]
"""Hears each sample with its moment, in the watcher's thread: it has to be quick."""


class Store:
    """Series by quantity, and remarks."""

    def __init__(self, *, from_us: int = 0, listener: Listener | None = None) -> None:
        """What was sampled before `from_us` (a warm-up) is in no series, and nobody hears of it."""
        self._from_us = from_us
        self._listener = listener
        self._series: dict[Quantity, BoundedSeries] = {}
        self._columns: defaultdict[Quantity, _Columns] = defaultdict(_Columns)
        self._at_least: Counter[Quantity] = Counter()
        self._left_out: set[Quantity] = set()
        self._remarks: dict[str, None] = {}
        self._lock = threading.Lock()

    def take(self, at_us: int, readings: Iterable[Reading], *, watcher: str, slots: int) -> None:
        """Keep what a watcher brought. `slots` is how many of its intervals a state stands for."""
        for reading in readings:
            if isinstance(reading, Remark):
                self.remark(f"{watcher}: {reading.text}")
            elif at_us >= self._from_us and _counts(reading):
                self._add(at_us, reading, slots)
                if self._listener:  # hears what there is no room for, too
                    self._listener(at_us, reading)

    def remark(self, text: str) -> None:
        """Keep a remark, once."""
        with self._lock:
            if len(self._remarks) < MAX_REMARKS:
                self._remarks.setdefault(text)

    def _add(self, at_us: int, sample: Sample, slots: int) -> None:
        with self._lock:
            series = self._series.get(sample.quantity)
            if series is None:
                if len(self._series) >= MAX_SERIES:
                    if len(self._left_out) < MAX_SERIES:
                        self._left_out.add(sample.quantity)
                    return
                series = self._series[sample.quantity] = BoundedSeries()
            weight = slots if sample.weight is None else sample.weight
            series.add(at_us, sample.value, weight=weight, maximum=sample.maximum)
            self._at_least[sample.quantity] += sample.at_least

    @property
    def remarks(self) -> list[str]:
        """In the order in which they came."""
        with self._lock:
            remarks = list(self._remarks)
            if self._left_out:
                more = "at least " if len(self._left_out) == MAX_SERIES else ""
                remarks.append(
                    f"{more}{len(self._left_out)} series were left out: {MAX_SERIES} are kept, "
                    "those that came first"
                )
        return remarks

    def series(self) -> list[Series]:
        """All series, with stand-ins for what nothing else measured."""
        with self._lock:
            series = [
                _freeze(quantity, kept, self._columns[quantity], self._at_least[quantity])
                for quantity, kept in self._series.items()
            ]
        measured = {measurement.metric for measurement in series}
        for metric, stand_in in STAND_INS.items():
            if metric not in measured:
                series += [
                    measurement.model_copy(update={"metric": metric})
                    for measurement in series
                    if measurement.metric == stand_in
                ]
        return series


def _counts(sample: Sample) -> bool:
    return sample.weight != 0 and math.isfinite(sample.value)


class _Columns:
    """A series' points, column by column. A run is saved once a second, and most of what it has
    measured stands since the second before: only what is new is worked out."""

    def __init__(self) -> None:
        self._samples_per_point = 0
        self.at_us: list[int] = []
        self.values: list[float] = []
        self.weights: list[int] = []
        self.minima: list[float] = []
        self.maxima: list[float] = []

    @property
    def weighted(self) -> bool:
        """Whether a point is of more than one sample."""
        return self.weights.count(1) < len(self.weights)

    def take(self, kept: BoundedSeries) -> None:
        """Become those of `kept`, of which only the last point can have changed since."""
        columns: tuple[list[Any], ...] = (
            self.at_us, self.values, self.weights, self.minima, self.maxima,
        )  # fmt: skip
        anew = kept.samples_per_point != self._samples_per_point
        for column in columns:
            del column[0 if anew else max(len(column) - 1, 0) :]
        self._samples_per_point = kept.samples_per_point
        for point in kept.points[len(self.at_us) :]:
            self.at_us.append(point.at_us)
            self.values.append(_rounded(point.value))
            self.weights.append(point.weight)
            self.minima.append(_rounded(point.low))
            self.maxima.append(_rounded(point.high))


def _freeze(quantity: Quantity, kept: BoundedSeries, columns: _Columns, at_least: int) -> Series:
    columns.take(kept)
    # What is made here is right by construction, and validating it again would cost as much as
    # all the watching; the model's own check is for files.
    return Series.model_construct(
        metric=quantity.metric,
        subject=quantity.subject,
        source=quantity.source,
        unit=quantity.unit,
        labels=dict(quantity.labels),
        at_us=columns.at_us.copy(),
        values=columns.values.copy(),
        weights=columns.weights.copy() if columns.weighted else None,
        minima=columns.minima.copy() if kept.merged else None,
        maxima=columns.maxima.copy() if kept.merged else None,
        maximum=_maximum(kept),
        at_least=at_least,
    )


def _maximum(kept: BoundedSeries) -> float | None:
    """The greatest single value, where the points do not show it: a peak outlives the merging."""
    if kept.maximum is None and kept.merged:
        return max(point.high for point in kept.points)
    return kept.maximum


def _rounded(value: float) -> float:
    return value if value == int(value) else float(f"{value:.{_DIGITS}g}")
