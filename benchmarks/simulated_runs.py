"""Runs of which the truth is known, as the counts of their seconds: for simulations of verdicts.

Every process below has a true share of events (requests beyond a threshold, failures) that is known
exactly.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from kampyn_perf.slo.evidence.bounds import NEARLY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SPREAD = 0.7
"""Standard deviation of the logarithm of response times."""
MAX_ITEMS = 1200
"""Seconds of longer runs are put together, as the recorder does."""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One kind of run."""

    process: str
    share: float
    """The true share of events: 0.05 for a P95 that stands exactly at its limit."""
    seconds: int
    rate: int = 120
    """Requests per second."""

    @property
    def items(self) -> int:
        return min(self.seconds, MAX_ITEMS)

    @property
    def per_item(self) -> int:
        return self.rate * self.seconds // self.items

    @property
    def clumps(self) -> float:
        """How many independent clumps of events a run has, on average."""
        if self.process.startswith("stalls"):
            return float(self.process.split()[1])
        size = {"batches of 5": 5, "batches of 30": 30}.get(self.process, 1)
        return self.items * self.per_item * self.share / size


Hits = tuple["NDArray[np.int64]", list["NDArray[np.int64]"]]
"""Events of each run and item, and those that were nearly events."""


def independent(rng: np.random.Generator, runs: int, s: Setting) -> Hits:
    """Every request by itself."""
    return rng.binomial(s.per_item, s.share, (runs, s.items)), []


def clumped(size: int) -> Callable[[np.random.Generator, int, Setting], Hits]:
    """Events that come so many at once."""

    def draw(rng: np.random.Generator, runs: int, s: Setting) -> Hits:
        return rng.binomial(s.per_item // size, s.share, (runs, s.items)) * size, []

    return draw


def stalls(a_run: int) -> Callable[[np.random.Generator, int, Setting], Hits]:
    """Stalls at random moments, exponentially long, that make every request of their time an event;
    a tenth of the share comes without them."""

    def draw(rng: np.random.Generator, runs: int, s: Setting) -> Hits:
        base = s.share / 10
        stalled = (s.share - base) / (1 - base)
        down = stalled * s.items / a_run
        up = s.items / a_run - down
        part = np.zeros((runs, s.items))
        for run in part:
            _stall(rng, run, stalled, up, down)
        hits = np.floor(part * s.per_item + rng.random(part.shape)).astype(np.int64)
        return hits + rng.binomial(s.per_item - hits, base), []

    return draw


def _stall(rng: np.random.Generator, run: Floats, stalled: float, up: float, down: float) -> None:
    moment, is_down = 0.0, rng.random() < stalled
    while moment < run.size:
        until = moment + rng.exponential(down if is_down else up)
        if is_down:
            first, end = int(moment), min(until, float(run.size))
            run[first] += min(end, first + 1) - moment
            last = int(end)
            run[first + 1 : last] += 1
            if first < last < run.size:
                run[last] += end - last
        moment, is_down = until, not is_down


def slowness(rng: np.random.Generator, runs: int, items: int, span: float) -> Floats:
    """A standard normal level of each item that is forgotten over `span` items (AR(1))."""
    keep = np.exp(-1 / max(span, 1e-9))
    level = np.empty((items, runs))  # an item after the other, as they are made
    level[0] = rng.normal(size=runs)
    steps = np.ascontiguousarray((rng.normal(size=(runs, items)) * np.sqrt(1 - keep**2)).T)
    for item in range(1, items):
        level[item] = keep * level[item - 1] + steps[item]
    return np.ascontiguousarray(level.T)


def slow_times(part: float, weight: float) -> Callable[[np.random.Generator, int, Setting], Hits]:
    """Log-normal response times, of whose variance `weight` is common to all requests of a moment
    and forgotten over `part` of the run."""

    def draw(rng: np.random.Generator, runs: int, s: Setting) -> Hits:
        level = np.sqrt(weight) * slowness(rng, runs, s.items, s.items * part)
        edge = ndtri(1 - s.share)
        shares = [
            1 - ndtr((edge - np.log(factor) / SPREAD - level) / np.sqrt(1 - weight))
            for factor in (*reversed(NEARLY), 1.0)
        ]
        hits = [rng.binomial(s.per_item, shares[0])]
        for before, after in itertools.pairwise(shares):
            hits.append(rng.binomial(hits[-1], np.minimum(after / np.maximum(before, 1e-300), 1)))
        return hits[-1], hits[:-1]

    return draw


def slow_failures(part: float) -> Callable[[np.random.Generator, int, Setting], Hits]:
    """Failures whose probability rises and falls (log-normal, 0.7) over `part` of the run."""

    def draw(rng: np.random.Generator, runs: int, s: Setting) -> Hits:
        level = slowness(rng, runs, s.items, s.items * part)
        # exp(0.7 level - 0.245) has the mean 1.
        share = np.minimum(s.share * np.exp(0.7 * level - 0.245), 1)
        return rng.binomial(s.per_item, share), []

    return draw


def ramp(rng: np.random.Generator, runs: int, s: Setting) -> Hits:
    """A share that rises from nothing to twice its mean, as on a day that fills."""
    place = (np.arange(s.items) + 0.5) / s.items
    return rng.binomial(s.per_item, np.broadcast_to(2 * s.share * place, (runs, s.items))), []


def bad_endpoint(rng: np.random.Generator, runs: int, s: Setting) -> Hits:
    """One endpoint stalls ten times a run, alone; the others never do."""
    part = min(max(0.1, 1.2 * s.share), 1.0)
    own = Setting(
        process=s.process, share=s.share / part, seconds=s.items, rate=round(s.per_item * part)
    )
    hits, _ = stalls(10)(rng, runs, own)
    return hits, []


PROCESSES: dict[str, Callable[[np.random.Generator, int, Setting], Hits]] = {
    "independent": independent,
    "batches of 5": clumped(5),
    "batches of 30": clumped(30),
    "stalls, 10 a run": stalls(10),
    "stalls, 5 a run": stalls(5),
    "times, slow over 1 s": slow_times(0.0, 0.5),
    "times, slow over T/20": slow_times(1 / 20, 0.5),
    "times, slow over T/4": slow_times(1 / 4, 0.5),
    "times, a little slow over T/4": slow_times(1 / 4, 0.1),
    "failures, slow over T/20": slow_failures(1 / 20),
    "failures, slow over T/8": slow_failures(1 / 8),
    "failures, slow over T/4": slow_failures(1 / 4),
    "daily ramp": ramp,
    "one bad endpoint": bad_endpoint,
}
SLOW_PROCESSES = ("times, slow over T/4", "failures, slow over T/4")
BEYOND = {
    "stalls, 3 a run": stalls(3),
    "stalls, 1 a run": stalls(1),
    "times, slow over T": slow_times(1.0, 0.5),
    "failures, slow over T": slow_failures(1.0),
}
"""Of which a run sees too little."""
