"""How the total of a series in time would scatter: by batches, by waves, by neighbours.

Items (seconds of a run, or single samples) stand on the last axis, in the order of time; there may
be any number of series before it (the simulation judges thousands at once). A series may have
strata (the phases of a load) that differ by design, which is no uncertainty: every figure is of the
scatter within them, the estimator of a stratified cluster sample (Cochran, Sampling Techniques,
3rd ed., 6.13). All variances are of the ratio of the two totals, values over weights.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

WAVES = 4
FINE = 64
"""Batches whose neighbours are compared: fine, and yet a batch holds some of the events."""


class Scatter(NamedTuple):
    """A variance, and the degrees of freedom that it was estimated with."""

    variance: Floats
    freedom: Floats


class Slowness(NamedTuple):
    """How much more the slowest waves carry than neighbours would make of them."""

    ratio: Floats
    """1, but for chance, where nothing is slow."""
    freedom: Floats
    """Of the waves: the ratio is then as a chi-square over its degrees of freedom."""


class _Batches(NamedTuple):
    """Consecutive items of one stratum, gathered: what does not depend on any values."""

    edges: NDArray[np.int64]
    """Where each batch starts."""
    stop: int
    """Where the last one stops."""
    weights: Floats
    total: Floats
    held: Floats
    """How many of them have a sample; one without has no scatter to show."""


class Samples:
    """How many samples each item has, and in which stratum: the weights that many series share."""

    def __init__(self, weights: ArrayLike, strata: Sequence[Any] | None = None) -> None:
        self.weights = np.asarray(weights, dtype=np.float64)
        if self.weights.size and self.weights.min() < 0:
            raise ValueError("an item cannot have fewer than no samples")
        self.items = self.weights.shape[-1] if self.weights.ndim else 0
        # What is a single item has no scatter.
        self.runs = [run for run in _runs(self.items, strata) if run[1] - run[0] > 1]
        self._batches: dict[tuple[int, int, int], _Batches] = {}

    @cached_property
    def total(self) -> Floats:
        """Of the weights."""
        return np.asarray(self.weights.sum(axis=-1))

    @cached_property
    def totals(self) -> list[Floats]:
        """Of each stratum."""
        return [self.weights[..., start:stop].sum(axis=-1) for start, stop in self.runs]

    def batches(self, count: int) -> list[_Batches]:
        """About `count` of consecutive items; at least two in each stratum."""
        length = max(1, self.items // count)
        return [self._gathered(*run, max(2, (run[1] - run[0]) // length)) for run in self.runs]

    @cached_property
    def fine(self) -> list[_Batches]:
        """About `FINE` of them."""
        return [
            self._gathered(start, stop, max(2, round(FINE * (stop - start) / self.items)))
            for start, stop in self.runs
        ]

    def _gathered(self, start: int, stop: int, number: int) -> _Batches:
        number = min(number, stop - start)
        key = (start, stop, number)
        if key not in self._batches:
            edges = start + np.arange(number) * (stop - start) // number
            weights = np.add.reduceat(self.weights[..., :stop], edges, axis=-1)
            self._batches[key] = _Batches(
                edges=edges,
                stop=stop,
                weights=weights,
                total=np.asarray(weights.sum(axis=-1)),
                held=np.asarray((weights > 0).sum(axis=-1)),
            )
        return self._batches[key]


class Series:
    """Values and weights in time, one or many series of the same length."""

    def __init__(
        self, weights: ArrayLike | Samples, values: ArrayLike, strata: Sequence[Any] | None = None
    ) -> None:
        """`values[..., i]` is a sum over the `weights[..., i]` samples of item i. Several series
        may have the same weights: those then have fewer axes."""
        samples = weights if isinstance(weights, Samples) else Samples(weights, strata)
        self.values = np.asarray(values, dtype=np.float64)
        shape = samples.weights.shape
        if not shape or self.values.shape[-len(shape) :] != shape:
            raise ValueError(f"{self.values.size} values for {samples.weights.size} items")
        self.items, self.total = samples.items, samples.total
        self._samples = samples

    @cached_property
    def ratio(self) -> Floats:
        """Total of the values over the total of the weights; 0 where there is none."""
        return _divided(self.values.sum(axis=-1), self.total)

    @cached_property
    def residuals(self) -> Floats:
        """What an item's value has more than its stratum's ratio would make it."""
        residuals = np.zeros_like(self.values)
        for (start, stop), total in zip(self._samples.runs, self._samples.totals, strict=True):
            values = self.values[..., start:stop]
            ratio = _divided(values.sum(axis=-1), total)
            weights = self._samples.weights[..., start:stop]
            residuals[..., start:stop] = values - ratio[..., None] * weights
        return residuals

    def between_batches(self, count: int) -> Scatter:
        """By about `count` batches of consecutive items; at least two in each stratum."""
        spread, freedom = np.zeros_like(self.total), np.zeros_like(self.total)
        for batches in self._samples.batches(count):
            held = batches.held
            several = held >= 2
            _, residuals = self._of(batches)
            squares = (residuals**2).sum(axis=-1)
            spread = spread + np.where(several, squares * _divided(held, held - 1), 0)
            freedom += np.where(several, held - 1, 0)
        return Scatter(_divided(spread, self.total**2), freedom)

    def slowness(self, least: Floats) -> Slowness:
        """The variance by the slowest waves alone against that by how neighbours differ, or against
        `least` where that is more.

        Waves are projections on the first cosines (Lazarus, Lewis, Stock and Watson, JBES 36,
        2018). Neighbours do not see what is slow (von Neumann, Annals of Mathematical Statistics
        12, 1941).
        """
        slow, fast, squares = (np.zeros_like(self.total) for _ in range(3))
        for run, (_, residuals) in zip(self._samples.runs, self._fine, strict=True):
            steps = (np.diff(residuals, axis=-1) ** 2).mean(axis=-1) / 2 * residuals.shape[-1]
            fast = fast + steps
            squares = squares + steps**2
            slow = slow + self._of_waves(*run)
        strata = np.maximum(_divided(fast**2, squares), 1)
        fast = np.maximum(_divided(fast, self.total**2), least)
        return Slowness(_divided(_divided(slow, self.total**2), fast), WAVES * strata)

    def worst_run(self) -> Floats:
        """The greatest excess of any consecutive items, whatever their number."""
        sums = np.cumsum(self.residuals, axis=-1)
        sums = np.concatenate([np.zeros((*sums.shape[:-1], 1)), sums], axis=-1)
        excess = sums - np.minimum.accumulate(sums, axis=-1)
        return np.asarray(excess.max(axis=-1))

    def overdispersion(self) -> Slowness:
        """Of events (values) among samples (weights): Pearson's sum over fine batches over its
        degrees of freedom. 1, but for chance, where events are independent."""
        spread, freedom = np.zeros_like(self.total), np.zeros_like(self.total)
        for batches, (ratio, residuals) in zip(self._samples.fine, self._fine, strict=True):
            expected = batches.weights * ratio * (1 - ratio)
            spread = spread + _divided(residuals**2, expected).sum(axis=-1)
            freedom += np.maximum(batches.held - 1, 0)
        return Slowness(_divided(spread, freedom), freedom)

    def _of_waves(self, start: int, stop: int) -> Floats:
        waves = min(WAVES, stop - start - 1)
        if waves < 1:
            return np.zeros_like(self.total)
        # Row by row, so that a series has the same digits whichever stand beside it.
        rows = self.residuals[..., None, start:stop] @ _cosines(stop - start, waves)
        return np.asarray((rows[..., 0, :] ** 2).mean(axis=-1))

    @cached_property
    def _fine(self) -> list[tuple[Floats, Floats]]:
        return [self._of(batches) for batches in self._samples.fine]

    def _of(self, batches: _Batches) -> tuple[Floats, Floats]:
        """The ratio of all batches together, and what each has more than that."""
        values = np.add.reduceat(self.values[..., : batches.stop], batches.edges, axis=-1)
        ratio = _divided(values.sum(axis=-1), batches.total)[..., None]
        return ratio, values - ratio * batches.weights


@lru_cache(maxsize=64)
def _cosines(items: int, waves: int) -> Floats:
    place = (np.arange(items) + 0.5) / items
    return np.asarray(np.sqrt(2) * np.cos(np.pi * np.outer(place, np.arange(1, waves + 1))))


def _divided(values: ArrayLike, by: ArrayLike) -> Floats:
    """Quotients; 0 where there is nothing to divide by."""
    above, below = np.asarray(values, dtype=np.float64), np.asarray(by, dtype=np.float64)
    if not below.ndim:  # for which numpy's `where` is dearer than the division
        return np.asarray(above / below if below > 0 else np.zeros_like(above))
    if above.shape != below.shape:  # seldom, and dearer than the division
        above, below = np.broadcast_arrays(above, below)
    quotients: Floats = np.divide(above, below, out=np.zeros(below.shape), where=below > 0)
    return quotients


def _runs(size: int, strata: Sequence[Any] | None) -> list[tuple[int, int]]:
    """Where each stratum starts and stops; one of a single item has no scatter of its own and
    joins the one before it (or after, for the first)."""
    if strata is not None and len(strata) != size:
        raise ValueError(f"{len(strata)} strata for {size} items")
    if size == 0:
        return []
    changes = [i for i in range(1, size) if strata is not None and strata[i] != strata[i - 1]]
    edges = [0, *changes, size]
    kept = [edges[0]]
    for left, right in itertools.pairwise(edges):
        if right - left >= 2:
            kept.append(right)
    if kept[-1] != size:
        kept = [*kept[:-1], size] if len(kept) > 1 else [0, size]
    return list(itertools.pairwise(kept))
