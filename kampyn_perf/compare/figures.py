"""What one run says about each figure: its value, and how far that would scatter. Pure.

Figures of which a ratio is taken are kept as logarithms; shares of failed requests as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf import stats
from kampyn_perf.results.unit import Unit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ENDS = 0.01
"""Of throughput: by so much a run's end moves it."""
PERCENTILES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
RESPONSE_TIME, ERROR_RATE, THROUGHPUT = "response_time", "error_rate", "throughput"
TIME = "time"
"""Of a benchmark's case."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """Which figure."""

    scope: str = ""
    metric: str
    statistic: str = ""
    unit: Unit = field(compare=False)
    more_is_better: bool = field(default=False, compare=False)
    gates: bool = field(default=True, compare=False)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What a run says of it."""

    value: float | None
    """In the unit; None where the run says nothing."""
    error: float = math.inf
    """The standard error of its logarithm, within the run."""
    freedom: float = 1.0
    share: tuple[float, float] | None = None
    """Of a share: how many of how many, as independent ones. It has no logarithm."""
    samples: int = 0
    why: str = ""
    """Why there is no value."""


Figures = dict[Key, Figure]


@dataclass(frozen=True, kw_only=True)
class Durations:
    """Durations in time: how many of each value ended in each item (a second, a batch)."""

    counts: NDArray[np.float32]
    """By item and value."""
    values: Floats
    """Ascending."""
    strata: Sequence[int]

    @property
    def size(self) -> int:
        """How many durations there are."""
        return round(float(self.counts.sum(dtype=np.float64)))

    def quantile(self, q: float) -> float:
        """The value at the ceil(q n)-th place."""
        mass = np.cumsum(self.counts.sum(axis=0, dtype=np.float64))
        rank = stats.nearest_rank(round(float(mass[-1])), q)
        return float(self.values[np.searchsorted(mass, rank, side="left")])

    def dependence(self, q: float) -> Floats:
        """Of every item, how many of its durations lie beyond the quantile, but for their share."""
        beyond = self.counts[:, self.values > self.quantile(q)].sum(axis=1, dtype=np.float64)
        return np.asarray(beyond - (1 - q) * self.counts.sum(axis=1, dtype=np.float64))


def blocks_of(durations: Durations) -> stats.Resampling:
    """Replicates of a run, by blocks as long as its tail or its middle ask for."""
    length = max(stats.block_length(durations.dependence(q), durations.strata) for q in (0.5, 0.95))
    return stats.resample(durations.strata, length)


def percentiles_of(
    durations: Durations, blocks: stats.Resampling | None, key: Key, *, mean: bool = False
) -> Figures:
    """All percentiles, by `blocks`; without them only their values."""
    size = durations.size
    figures: Figures = {}
    names = {name: q for name, q in PERCENTILES.items() if size >= stats.min_samples(q)}
    logs = _logs(durations, blocks, list(names.values()))
    for name, q in PERCENTILES.items():
        at = _with(key, name)
        if name not in names:
            needed = stats.min_samples(q)
            figures[at] = Figure(value=None, samples=size, why=_too_few(size, name, needed))
            continue
        error = math.inf if logs is None else stats.standard_error(logs[:, list(names).index(name)])
        figures[at] = Figure(
            value=durations.quantile(q),
            error=error,
            freedom=blocks.freedom if blocks else 1.0,
            samples=size,
        )
    if mean and size:
        figures[_with(key, "mean")] = _mean(durations, blocks)
    return figures


def share_of(
    totals: Floats, hits: Floats, strata: Sequence[int], *, scatter: bool = True
) -> Figure:
    """The share of hits, worth what its dependence leaves of it; without `scatter` only the
    share."""
    n, k = float(totals.sum()), float(hits.sum())
    if not n:
        return Figure(value=None, why="there were no requests")
    share = k / n
    if not scatter:
        return Figure(value=share, samples=round(n))
    worth = stats.deflation(totals, hits, strata=strata)
    return Figure(value=share, share=(share * worth.effective, worth.effective), samples=round(n))


def rate_of(successes: float, failed: float, seconds: float) -> Figure:
    """Successes per second. Sessions come by a schedule, which is the same in both runs: by chance
    some fail, and the last ones end sooner or later."""
    if not successes or not seconds:
        return Figure(value=None, why="no request succeeded")
    return Figure(
        value=successes / seconds,
        error=max(math.sqrt(failed) / successes, _ENDS),
        freedom=max(1.0, successes - 1),
        samples=round(successes),
    )


def _logs(
    durations: Durations, blocks: stats.Resampling | None, q: Sequence[float]
) -> Floats | None:
    if blocks is None or not q:
        return None
    drawn = stats.quantiles(durations.counts, durations.values, blocks.weights, q)
    return np.asarray(np.log(np.maximum(drawn, 1e-9)))


def _mean(durations: Durations, blocks: stats.Resampling | None) -> Figure:
    counts = durations.counts.astype(np.float64)
    sums, sizes = counts @ durations.values, counts.sum(axis=1)
    error, freedom = math.inf, 1.0
    if blocks is not None:
        drawn = (blocks.weights @ sums) / np.maximum(blocks.weights @ sizes, 1e-9)
        error = stats.standard_error(np.log(np.maximum(drawn, 1e-9)))
        freedom = blocks.freedom
    return Figure(
        value=float(sums.sum() / sizes.sum()), error=error, freedom=freedom, samples=durations.size
    )


def _too_few(size: int, name: str, needed: int) -> str:
    if not size:
        return "no request succeeded"
    return f"{size:,} samples bound no {name.upper()}: it takes {needed:,}"


def _with(key: Key, statistic: str) -> Key:
    return Key(
        scope=key.scope,
        metric=key.metric,
        statistic=statistic,
        unit=key.unit,
        more_is_better=key.more_is_better,
        gates=key.gates,
    )
