"""A series in bounded memory, whatever the length of the run. Pure.

When it is full, every two neighbours become one point, and every point from then on is of twice as
many samples: the points stay evenly spread, and sum, weight, minimum and maximum are kept.
"""

from __future__ import annotations

from dataclasses import dataclass

CAPACITY = 600
"""Ten minutes at one sample a second, before any two are put together."""


@dataclass(slots=True)
class Point:
    """One or more samples put together."""

    at_us: int
    """When the last of them was taken."""
    total: float
    """The sum of value times weight."""
    weight: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The mean of the samples, by weight."""
        return self.total / self.weight

    def absorb(self, later: Point) -> None:
        """Become one with the point that follows."""
        self.at_us = later.at_us
        self.total += later.total
        self.weight += later.weight
        self.low = min(self.low, later.low)
        self.high = max(self.high, later.high)


class BoundedSeries:
    """At most `capacity` points, which must be even and above 0."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        if capacity < 2 or capacity % 2:
            raise ValueError(f"a capacity is even and above 0, not {capacity}")
        self._capacity = capacity
        self.samples_per_point = 1
        """More with each halving, after which every point is another."""
        self._samples_in_last = 0
        self.points: list[Point] = []
        self.maximum: float | None = None
        """The greatest single event, where the samples told of one."""

    @property
    def merged(self) -> bool:
        """Whether a point may be of more than one sample."""
        return self.samples_per_point > 1

    def add(
        self, at_us: int, value: float, *, weight: int = 1, maximum: float | None = None
    ) -> None:
        """Append a sample; `weight` is above 0."""
        if maximum is not None:
            self.maximum = maximum if self.maximum is None else max(self.maximum, maximum)
        point = Point(at_us, value * weight, weight, value, value)
        if self.points and self._samples_in_last < self.samples_per_point:
            self.points[-1].absorb(point)
            self._samples_in_last += 1
            return
        if len(self.points) == self._capacity:
            self._halve()
        self.points.append(point)
        self._samples_in_last = 1

    def _halve(self) -> None:
        """Every point is whole here, so that each of the new ones is, too."""
        evens, odds = self.points[::2], self.points[1::2]
        for earlier, later in zip(evens, odds, strict=True):
            earlier.absorb(later)
        self.points = evens
        self.samples_per_point *= 2
