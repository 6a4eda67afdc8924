"""Systems whose capacity is known, in virtual time: what a search for it is proven on.

A system takes arrivals (seconds) and says when each session ends, and how. Single-server queues are
one cumulative maximum (Lindley's recursion); the others are a loop over a heap. What a step sees of
a system is what a load sees: sessions in flight by the second, times and failures by the second.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf.capacity import margins
from kampyn_perf.capacity.asks import Ask
from kampyn_perf.capacity.steady import rest_of
from kampyn_perf.results.capacity import CapacityStep, Limiter, Margin, StepKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

ERRORS_ALLOWED = 0.01
_SPREAD = 0.3
"""Standard deviation of the logarithm of times that no queue makes."""
_CPU_SPREAD = 0.02
"""Of a mean of CPU from one step to the next, as a logarithm."""
_OVERHEAD_US = 3_000_000


@dataclass
class Served:
    """What became of arrivals."""

    ends: Floats
    """Seconds."""
    failed: Flags
    refused: Flags
    """Of those, answered 429."""

    @classmethod
    def well(cls, ends: Floats) -> Served:
        none = np.zeros(ends.size, dtype=bool)
        return cls(ends, none, none)


@dataclass
class System:
    """One system; `truth` is its capacity, sessions per second."""

    name: str
    target_s: float
    """Of the 95th percentile."""
    truth: Callable[[System], float]
    serve: Callable[[System, Floats, np.random.Generator], Served]
    closed: Callable[[System, int], float]
    """Sessions per second that end well, of so many users at once."""
    even: bool = False
    limiter: Limiter | None = None
    cpu_at: float | None = None
    """The rate at which its CPU is as busy as its goal allows; it grows with the rate."""
    work: float = 0.0
    """Sessions served so far."""
    facts: dict[str, float] = field(default_factory=dict)

    def step(self, ask: Ask, *, number: int, rng: np.random.Generator) -> list[CapacityStep]:
        """What the step that is asked for comes to."""
        if ask.kind is StepKind.LADDER:
            return [
                self._rung(rung.users, ask.measured_us, number + place, rng)
                for place, rung in enumerate(ask.rungs)
            ]
        return [self._open(ask, number, rng)]

    def _rung(
        self, users: int, measured_us: int, number: int, rng: np.random.Generator
    ) -> CapacityStep:
        seconds = measured_us / 1e6
        rate = rng.poisson(self.closed(self, users) * seconds) / seconds
        self.work += rate * seconds
        return CapacityStep(
            number=number,
            kind=StepKind.LADDER,
            rate=rate,
            users=users,
            measured_us=measured_us,
            took_us=measured_us,
            completed_rate=rate,
            requests_rate=rate,
            session_us=1e6 * users / max(rate, 1e-9),
            little=1.0,
        )

    def _open(self, ask: Ask, number: int, rng: np.random.Generator) -> CapacityStep:
        warm, seconds = ask.warm_up_us / 1e6, round(ask.measured_us / 1e6)
        arrivals = self._arrivals(ask.rate, warm + seconds, rng)
        served = self.serve(self, arrivals, rng)
        self.work += arrivals.size
        edges = warm + np.arange(1, seconds + 1)
        ends = np.sort(served.ends)
        in_flight = np.searchsorted(arrivals, edges) - np.searchsorted(ends, edges)
        here = arrivals >= warm
        times, failed = (served.ends - arrivals)[here], served.failed[here]
        ended = np.clip((served.ends[here] - warm).astype(int), 0, seconds - 1)
        rest = rest_of(in_flight.tolist(), rate=ask.rate)
        known = self._margins(times, failed, ended, seconds, number)
        if self.cpu_at:
            used = ask.rate / self.cpu_at * math.exp(rng.normal(0, _CPU_SPREAD))
            known["cpu"] = margins.Known(margins.of_value(used, 1.0), 2 * _CPU_SPREAD)
        good = times[~failed]
        within = (served.ends >= warm) & (served.ends < warm + seconds)
        completed = float((within & ~served.failed).sum()) / seconds
        return CapacityStep(
            number=number,
            kind=ask.kind,
            rate=ask.rate,
            warm_up_us=ask.warm_up_us,
            measured_us=ask.measured_us,
            took_us=ask.length_us + _OVERHEAD_US,
            steadiness=rest.steadiness,
            growth=rest.growth,
            in_flight=float(in_flight.mean()),
            completed_rate=completed,
            requests_rate=completed,
            session_us=float(good.mean() * 1e6) if good.size else None,
            failed_share=float(failed.mean()) if failed.size else 0.0,
            refused_share=float(served.refused[here].mean()) if failed.size else 0.0,
            margins=[Margin(objective=n, value=k.value, error=k.error) for n, k in known.items()],
            missed=[name for name, each in known.items() if each.missed],
        )

    def _arrivals(self, rate: float, seconds: float, rng: np.random.Generator) -> Floats:
        if self.even:
            return np.arange(int(rate * seconds)) / rate
        return np.sort(rng.uniform(0, seconds, rng.poisson(rate * seconds)))

    def _margins(
        self, times: Floats, failed: Flags, ended: NDArray[np.int64], seconds: int, seed: int
    ) -> dict[str, margins.Known]:
        totals = np.bincount(ended, minlength=seconds)
        bad = np.bincount(ended[failed], minlength=seconds)
        slow = np.bincount(ended[failed | (times > self.target_s)], minlength=seconds)
        return {
            "p95": margins.of_share(slow, totals, 0.05, seed=seed),
            "errors": margins.of_share(bad, totals, ERRORS_ALLOWED, seed=seed),
        }


def single_server(arrivals: Floats, services: Floats) -> Floats:
    """When each ends, first come, first served: one server."""
    before = np.concatenate([[0.0], np.cumsum(services)[:-1]])
    return np.cumsum(services) + np.maximum.accumulate(arrivals - before)


def several_servers(
    arrivals: Floats, services: Floats, servers: int, room: float = math.inf
) -> tuple[Floats, Flags]:
    """When each ends with several servers; who finds `room` sessions there is refused at once."""
    free = [0.0] * servers
    there: list[float] = []
    ends: list[float] = []
    refused = np.zeros(arrivals.size, dtype=bool)
    bounded = math.isfinite(room)
    for at, takes in zip(arrivals.tolist(), services.tolist(), strict=True):
        if bounded:
            while there and there[0] <= at:
                heapq.heappop(there)
            if len(there) >= room:
                refused[len(ends)] = True
                ends.append(at + 0.001)
                continue
        begins = free[0]
        end = (begins if begins > at else at) + takes
        heapq.heapreplace(free, end)
        ends.append(end)
        if bounded:
            heapq.heappush(there, end)
    return np.array(ends), refused


def local_rates(arrivals: Floats) -> Floats:
    """Of every arrival, how many came in its second."""
    seconds = arrivals.astype(int)
    return np.bincount(seconds)[seconds].astype(np.float64) if arrivals.size else arrivals


def bisected(holds: Callable[[float], bool], low: float, high: float, rounds: int = 30) -> float:
    """The highest rate at which something holds that holds below it."""
    for _ in range(rounds):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return (low + high) / 2
