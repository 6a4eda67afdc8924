"""What was watched beside a load, put together over stretches of time. Pure.

Moments are whole microseconds since the start of the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kampyn_perf.results.series import Series

Span = tuple[int, int]


def merged(spans: Sequence[Span]) -> list[Span]:
    """Without overlaps, ascending."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


@dataclass(frozen=True)
class Events:
    """Things that happened, and how long they took together."""

    count: float
    total_us: float

    @property
    def mean_us(self) -> float:
        return self.total_us / self.count if self.count else 0.0


@dataclass(frozen=True)
class Watched:
    """The series of a run; those with a label `quantile` are estimates, and left out."""

    series: Sequence[Series]

    def level(self, metric: str, spans: Sequence[Span], **labels: str) -> float | None:
        """The mean over `spans`, of all series of a metric together; None where none looked."""
        levels = [
            level
            for series in self._of(metric, labels)
            if (level := _mean_over_time(series, spans)) is not None
        ]
        return sum(levels) if levels else None

    def each(self, metric: str, spans: Sequence[Span]) -> dict[str, float]:
        """The mean over `spans` of each subject."""
        levels = {series.subject: _mean_over_time(series, spans) for series in self._of(metric, {})}
        return {subject: level for subject, level in levels.items() if level is not None}

    def events(self, metric: str, spans: Sequence[Span], **labels: str) -> Events | None:
        """Of series whose values are means of events; None where nobody looked, or none came."""
        count = total = 0.0
        for series in self._of(metric, labels):
            for value, weight, share, _ in _within(series, spans):
                count += weight * share
                total += weight * share * value
        return Events(count, total) if count else None

    def number(self, metric: str, spans: Sequence[Span], **labels: str) -> float | None:
        """How many there were, of series whose values are rates per second."""
        held = list(self._of(metric, labels))
        if not held:
            return None
        return sum(
            value * lasted / 1e6
            for series in held
            for value, _, _, lasted in _within(series, spans)
        )

    def has(self, metric: str) -> bool:
        """Whether anybody looked."""
        return any(True for _ in self._of(metric, {}))

    def _of(self, metric: str, labels: dict[str, str]) -> Iterator[Series]:
        for series in self.series:
            known = series.metric == metric and series.values and "quantile" not in series.labels
            if known and labels.items() <= series.labels.items():
                yield series


def _within(series: Series, spans: Sequence[Span]) -> Iterator[tuple[float, float, float, int]]:
    """Of each sample that is of a time within `spans`: value, weight, the share of its time that
    lies in them, and how long that is."""
    weights = series.weights or [1] * len(series.values)
    step = _usual_step(series.at_us)
    before = series.at_us[0] - step
    for at, value, weight in zip(series.at_us, series.values, weights, strict=True):
        start = max(before, at - 2 * step)  # a distribution without events has no sample
        inside = sum(max(0, min(at, end) - max(start, begin)) for begin, end in spans)
        before = at
        if inside > 0 and at > start:
            yield value, weight, inside / (at - start), inside


def _usual_step(at_us: Sequence[int]) -> int:
    steps = sorted(later - at for at, later in pairwise(at_us))
    return steps[len(steps) // 2] if steps else 1_000_000


def _mean_over_time(series: Series, spans: Sequence[Span]) -> float | None:
    held = [(value, lasted) for value, _, _, lasted in _within(series, spans)]
    time = sum(lasted for _, lasted in held)
    return sum(value * lasted for value, lasted in held) / time if time else None
