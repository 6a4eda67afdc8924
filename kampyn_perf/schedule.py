"""When each session is due: pure, asked by number, without a clock. Unit: whole microseconds.

A phase has an arrival rate r(t) that is constant or a straight line. The expected number of
arrivals until t is its integral; arrival n of the even mode is due where the integral over all
phases reaches n, so nothing is accumulated from arrival to arrival and no rounding piles up:

    r(t) = a + (b - a) t / D         R(t) = a t + (b - a) t^2 / (2 D)
    R(t) = m   <=>   t = 2 m / (a + sqrt(a^2 + 2 (b - a) m / D))

The second form of the root is the one that does not subtract nearly equal numbers.
"""

from __future__ import annotations

import math
import random
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import accumulate
from operator import truediv
from typing import NamedTuple

from kampyn_perf.units import MICROSECONDS


class ArrivalMode(StrEnum):
    """How arrivals lie within a phase."""

    EVEN = "even"
    POISSON = "poisson"


@dataclass(frozen=True, kw_only=True)
class Phase:
    """A stretch of the schedule. Rates are sessions per second."""

    name: str
    duration_us: int
    rate: Fraction = Fraction(0)
    """At the start; 0 throughout is a pause."""
    ramp_to: Fraction | None = None
    """At the end; None keeps `rate`."""
    count: int | None = None
    """Exactly so many arrivals over the duration, instead of a rate (Artillery's arrivalCount)."""
    max_vusers: int | None = None
    """Virtual users at once during this phase; None leaves the run's own limit."""

    @property
    def rates(self) -> tuple[Fraction, Fraction]:
        """Sessions per second at the start and at the end."""
        if self.count is not None:
            even = Fraction(self.count * MICROSECONDS, self.duration_us)
            return even, even
        return self.rate, self.rate if self.ramp_to is None else self.ramp_to

    @property
    def expected(self) -> Fraction:
        """The integral of the rate: how many arrivals the phase plans."""
        if self.count is not None:
            return Fraction(self.count)
        start, end = self.rates
        return (start + end) / 2 * Fraction(self.duration_us, MICROSECONDS)


def numbered(names: Sequence[str]) -> list[str]:
    """The names, each of those that come more than once with its number: `Peak (1)`, `Peak (2)`."""
    return [
        f"{name} ({names[: place + 1].count(name)})" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    ]


class Arrival(NamedTuple):
    """One session of the schedule."""

    number: int
    due_us: int
    """Since the start of the run."""
    phase: int
    """Index into the schedule's phases."""


class Schedule:
    """All arrivals of a run, by number: `schedule[n]` for n in range(schedule.planned)."""

    def __init__(
        self,
        phases: Sequence[Phase],
        *,
        mode: ArrivalMode = ArrivalMode.EVEN,
        seed: int = 1,
    ) -> None:
        self.phases = tuple(phases)
        self.mode = mode
        self.seed = seed
        self.starts_us = tuple(accumulate((p.duration_us for p in self.phases), initial=0))
        self.duration_us = self.starts_us[-1]
        self._expected = tuple(accumulate((p.expected for p in self.phases), initial=Fraction(0)))
        # Plain numbers of what arrival after arrival is asked: fractions cost some ten times more.
        self._before = [(expected.numerator, expected.denominator) for expected in self._expected]
        self._ramps = [Ramp.of(phase) for phase in self.phases]
        if mode is ArrivalMode.EVEN:
            self._first = tuple(math.ceil(expected) for expected in self._expected)
        else:
            # Only here: a generator with evenly spaced arrivals starts without numpy.
            from kampyn_perf.poisson import PoissonCells

            self._cells = [
                PoissonCells(float(phase.expected), count=phase.count, key=(seed, index))
                for index, phase in enumerate(self.phases)
            ]
            self._first = tuple(accumulate((c.total for c in self._cells), initial=0))
        self.planned = self._first[-1]

    def __getitem__(self, number: int) -> Arrival:
        """Arrival `number`, counted from 0. Raises IndexError beyond the schedule."""
        if not 0 <= number < self.planned:
            raise IndexError(f"arrival {number} of {self.planned}")
        index = bisect_right(self._first, number) - 1
        phase = self.phases[index]
        if self.mode is ArrivalMode.EVEN:
            counted, parts = self._before[index]
            mark = truediv(number * parts - counted, parts)  # compiled, `/` rounds twice
        else:
            mark = self._cells[index].mark(number - self._first[index])
        offset = self._ramps[index].time_of(mark)
        # A float's last digit must not put an arrival of this phase into the next one.
        return Arrival(number, self.starts_us[index] + min(offset, phase.duration_us - 1), index)

    def planned_in(self, index: int) -> int:
        """How many arrivals phase `index` has."""
        return self._first[index + 1] - self._first[index]

    def due_by(self, elapsed_us: int) -> int:
        """How many arrivals are due at `elapsed_us` or before; the number of the next one."""
        low, high = 0, self.planned
        while low < high:
            middle = (low + high) // 2
            if self[middle].due_us <= elapsed_us:
                low = middle + 1
            else:
                high = middle
        return low

    def phase_at(self, elapsed_us: int) -> int:
        """Index of the phase that contains `elapsed_us`; the last one beyond the end."""
        begun = bisect_right(self.starts_us, elapsed_us)  # the end is the last of them
        return begun - 1 if 0 < begun < len(self.starts_us) else 0 if not begun else begun - 2

    def rate_at(self, elapsed_us: int) -> float:
        """The planned rate, in sessions per second; 0 beyond the end."""
        if not 0 <= elapsed_us < self.duration_us:
            return 0.0
        index = self.phase_at(elapsed_us)
        start, end = self.phases[index].rates
        share = (elapsed_us - self.starts_us[index]) / self.phases[index].duration_us
        return float(start + (end - start) * Fraction(share))


class Ramp(NamedTuple):
    """A rate that goes evenly from one to another: the integral of it, the other way round."""

    start: float
    end: float
    seconds: float

    @classmethod
    def of(cls, phase: Phase) -> Ramp:
        """That of a phase."""
        start, end = phase.rates
        return cls(float(start), float(end), phase.duration_us / MICROSECONDS)

    def time_of(self, mark: float) -> int:
        """Microseconds at which the integral of the rate reaches `mark` arrivals."""
        start, end, seconds = self
        root = math.sqrt(max(start * start + 2 * (end - start) * mark / seconds, 0.0))
        return round(2 * mark / (start + root) * MICROSECONDS) if mark > 0 else 0


class Mix:
    """Which flow a session runs: one seeded order, repeated, so that the weights hold exactly.

    The order is as long as the sum of the weights, or the greatest multiple of it up to 100. It is
    the same in every turn, so that every window of its length, wherever it begins, has each flow
    exactly as often as its weight says.
    """

    def __init__(self, weights: Mapping[str, int], *, seed: int = 1) -> None:
        if not weights or min(weights.values()) < 0 or sum(weights.values()) == 0:
            raise ValueError("a mix needs at least one flow with a weight above 0")
        divisor = math.gcd(*weights.values())
        reduced = {flow: weight // divisor for flow, weight in weights.items()}
        turns = max(1, 100 // sum(reduced.values()))
        order = [flow for flow, weight in reduced.items() for _ in range(weight * turns)]
        random.Random(seed).shuffle(order)  # noqa: S311  (an order, not a secret)
        self.order = tuple(order)

    def __getitem__(self, number: int) -> str:
        """The flow of session `number`."""
        return self.order[number % len(self.order)]
