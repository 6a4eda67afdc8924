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
from functools import cached_property
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


class Series:
    """Values and weights in time, one or many series of the same length."""

    def __init__(
        self, weights: ArrayLike, values: ArrayLike, strata: Sequence[Any] | None = None
    ) -> None:
        """`values[..., i]` is a sum over the `weights[..., i]` samples of item i."""
        self.weights = np.asarray(weights, dtype=np.float64)
        self.values = np.asarray(values, dtype=np.float64)
        if self.weights.shape != self.values.shape or not self.weights.ndim:
            raise ValueError(f"{self.values.size} values for {self.weights.size} items")
        if self.weights.size and self.weights.min() < 0:
            raise ValueError("an item cannot have fewer than no samples")
        self.items = self.weights.shape[-1]
        # What is a single item has no scatter.
        self._runs = [run for run in _runs(self.items, strata) if run[1] - run[0] > 1]

    @cached_property
    def total(self) -> Floats:
        """Of the weights."""
        return np.asarray(self.weights.sum(axis=-1))

    @cached_property
    def ratio(self) -> Floats:
        """Total of the values over the total of the weights; 0 where there is none."""
        return _divided(self.values.sum(axis=-1), self.total)

    @cached_property
    def residuals(self) -> Floats:
        """What an item's value has more than its stratum's ratio would make it."""
        residuals = np.zeros_like(self.values)
        for start, stop in self._runs:
            here = slice(start, stop)
            residuals[..., here] = self._residuals(self.weights[..., here], self.values[..., here])
        return residuals

    def between_batches(self, count: int) -> Scatter:
        """By about `count` batches of consecutive items; at least two in each stratum."""
        spread, freedom = np.zeros_like(self.total), np.zeros_like(self.total)
        length = max(1, self.items // count)
        for start, stop in self._runs:
            weights, values = self._batches(start, stop, max(2, (stop - start) // length))
            held = (weights > 0).sum(axis=-1)  # a batch without a sample has no scatter to show
            several = held >= 2
            squares = (self._residuals(weights, values) ** 2).sum(axis=-1)
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
        for start, stop in self._runs:
            number = max(2, round(FINE * (stop - start) / self.items))
            residuals = self._residuals(*self._batches(start, stop, number))
            steps = (np.diff(residuals, axis=-1) ** 2).mean(axis=-1) / 2 * residuals.shape[-1]
            fast += steps
            squares += steps**2
            slow += self._of_waves(start, stop)
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
        for start, stop in self._runs:
            number = max(2, round(FINE * (stop - start) / self.items))
            weights, values = self._batches(start, stop, number)
            ratio = _divided(values.sum(axis=-1), weights.sum(axis=-1))[..., None]
            expected = weights * ratio * (1 - ratio)
            spread += _divided((values - ratio * weights) ** 2, expected).sum(axis=-1)
            freedom += np.maximum((weights > 0).sum(axis=-1) - 1, 0)
        return Slowness(_divided(spread, freedom), freedom)

    def _of_waves(self, start: int, stop: int) -> Floats:
        waves = min(WAVES, stop - start - 1)
        if waves < 1:
            return np.zeros_like(self.total)
        place = (np.arange(stop - start) + 0.5) / (stop - start)
        cosines = np.sqrt(2) * np.cos(np.pi * np.outer(place, np.arange(1, waves + 1)))
        projections = self.residuals[..., start:stop] @ cosines
        return np.asarray((projections**2).mean(axis=-1))

    def _batches(self, start: int, stop: int, number: int) -> tuple[Floats, Floats]:
        number = min(number, stop - start)
        edges = start + np.arange(number) * (stop - start) // number
        return (
            np.add.reduceat(self.weights[..., :stop], edges, axis=-1),
            np.add.reduceat(self.values[..., :stop], edges, axis=-1),
        )

    @staticmethod
    def _residuals(weights: Floats, values: Floats) -> Floats:
        ratio = _divided(values.sum(axis=-1), weights.sum(axis=-1))
        residuals: Floats = values - ratio[..., None] * weights
        return residuals


def _divided(values: ArrayLike, by: ArrayLike) -> Floats:
    """Quotients; 0 where there is nothing to divide by."""
    above, below = np.asarray(values, dtype=np.float64), np.asarray(by, dtype=np.float64)
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
