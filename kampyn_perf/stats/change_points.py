"""Where a series changed its level for good: E-divisive, with a permutation test.

Matteson and James (JASA 109, 2014): the energy statistic compares the distances between two parts
of a series with those within them; the split at which it is greatest is a change point if hardly
any order of the same values makes a greater one. Found ones divide the series, and the best split
of all parts comes next, until one is not better than chance makes it. Nothing is assumed of the
distribution; one far value alone is no change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

PERMUTATIONS = 199
SHORTEST = 3
"""Values of a part at least."""
LEVEL = 0.05
_MOST_LEVELS = 128
_BLOCK = 16
_EARLIER = np.tri(_BLOCK, k=-1)
"""Of two places in a block, whether the second comes before the first."""
_AT_ONCE = 25
_IN_CACHE = 1 << 14
"""Numbers of one of the arrays that are worked with."""
_LOST = 0.25
"""A share of the permutations that reached it, beyond which it is no change at any level."""


@dataclass(frozen=True)
class ChangePoint:
    """From `at` on (counted from 0) the series has another level."""

    at: int
    p_value: float
    before: float
    """The median of the part before it, back to the change point before."""
    after: float


def change_points(
    values: ArrayLike,
    *,
    level: float = LEVEL,
    permutations: int = PERMUTATIONS,
    shortest: int = SHORTEST,
    seed: int = 0,
) -> list[ChangePoint]:
    """Those of a series, in the order of time."""
    series = np.asarray(values, dtype=np.float64)
    if series.ndim != 1 or not np.isfinite(series).all():
        raise ValueError("a series of finite numbers is needed")
    places, levels = _levels(series)
    rng = np.random.default_rng(seed)
    p_values: dict[int, float] = {}
    while True:
        edges = [0, *sorted(p_values), series.size]
        parts = [places[start:end] for start, end in pairwise(edges)]
        splits = [_best(part[None, :], levels, shortest) for part in parts]
        strengths = [float(split.strength[0]) for split in splits]
        best = int(np.argmax(strengths))
        if not strengths[best] > 0:
            break
        p = _p_value(parts, levels, strengths[best], permutations, shortest, rng)
        if p > level:
            break
        p_values[edges[best] + int(splits[best].at[0])] = p
    edges = [0, *sorted(p_values), series.size]
    return [
        ChangePoint(
            at=at,
            p_value=p_values[at],
            before=float(np.median(series[edges[place] : at])),
            after=float(np.median(series[at : edges[place + 2]])),
        )
        for place, at in enumerate(sorted(p_values))
    ]


def energy(places: Ints, levels: Floats) -> Floats:
    """The energy statistic of each split of each row: of its first 1, 2, ... values from the rest.

    `places[r, i]` is the level of a value, `levels` their values, ascending. How far a value lies
    from all that came before it: from those of earlier blocks by how many of them each level has,
    from those of its own block one by one. No product of matrices: their threads cost more here
    than they bring.
    """
    cells = -(-places.shape[1] // _BLOCK) * (levels.size + _BLOCK**2)
    rows = max(1, _IN_CACHE // cells)
    return np.concatenate(
        [_energy(places[at : at + rows], levels) for at in range(0, len(places), rows)]
    )


def _energy(places: Ints, levels: Floats) -> Floats:
    """Of a few rows: as many as stay in the processor's cache."""
    (number, n), size = places.shape, levels.size
    blocks = -(-n // _BLOCK)
    padded = np.zeros((number, blocks * _BLOCK), dtype=np.int64)
    padded[:, :n] = places  # what is beyond the end comes after all
    rows = padded.reshape(number, blocks, _BLOCK)
    counts = _counted(rows.reshape(-1, _BLOCK), size).reshape(number, blocks, size)
    before = _distances(np.cumsum(counts, axis=1) - counts, levels)
    values = levels[rows]
    apart = np.abs(values[..., :, None] - values[..., None, :]) * _EARLIER
    distances = np.take_along_axis(before, rows, axis=2) + apart.sum(axis=3)
    k = np.arange(1, n + 1, dtype=np.float64)
    # Every pair counts twice, as (i, j) and (j, i).
    left = 2 * np.cumsum(distances.reshape(number, -1)[:, :n], axis=1)
    every = _distances(_counted(places, size), levels)
    both = np.cumsum(np.take_along_axis(every, places, axis=1), axis=1)
    total = left[:, -1:]
    left, both, m = left[:, :-1], both[:, :-1], k[:-1]
    cross, right = both - left, total - 2 * both + left
    rest = n - m
    within = np.divide(left, m * (m - 1), out=np.zeros_like(left), where=m > 1)
    within += np.divide(right, rest * (rest - 1), out=np.zeros_like(left), where=rest > 1)
    return np.asarray(m * rest / n * (2 * cross / (m * rest) - within))


def _counted(places: Ints, size: int) -> Ints:
    """How many values of each row have each level."""
    cells = places + size * np.arange(len(places))[:, None]
    return np.bincount(cells.ravel(), minlength=len(places) * size).reshape(-1, size)


def _distances(counts: Ints, levels: Floats) -> Floats:
    """How far each level lies from all values, of which each level has so many; by rows."""
    number = np.cumsum(counts, axis=-1)
    mass = np.cumsum(counts * levels, axis=-1)
    return np.asarray(levels * (2 * number - number[..., -1:]) - (2 * mass - mass[..., -1:]))


class _Split(NamedTuple):
    """The best of each row; a strength of 0 where a row is too short to split."""

    at: Ints
    strength: Floats


def _best(places: Ints, levels: Floats, shortest: int) -> _Split:
    rows, n = places.shape
    if n < 2 * shortest:
        return _Split(np.zeros(rows, dtype=np.int64), np.zeros(rows))
    strengths = energy(places, levels)[:, shortest - 1 : n - shortest]
    at = np.argmax(strengths, axis=1)
    return _Split(at + shortest, strengths[np.arange(rows), at])


def _p_value(
    parts: Sequence[Ints],
    levels: Floats,
    strength: float,
    permutations: int,
    shortest: int,
    rng: np.random.Generator,
) -> float:
    """How often another order of the same values, within the parts, has a split as good or better
    in any of them."""
    reached = done = 0
    while done < permutations:
        rows = min(_AT_ONCE, permutations - done)
        best = np.zeros(rows)
        for part in parts:
            mixed = rng.permuted(np.tile(part, (rows, 1)), axis=1)
            best = np.maximum(best, _best(mixed, levels, shortest).strength)
        done += rows
        reached += int((best >= strength * (1 - 1e-6)).sum())
        if reached > _LOST * permutations:
            break  # no level that anybody asks for is met any more
    return (reached + 1) / (done + 1)


def _levels(series: Floats) -> tuple[Ints, Floats]:
    """Each value's level, and the levels, ascending: the values themselves, or, of many, the means
    of so many groups of neighbours in size."""
    distinct, places = np.unique(series, return_inverse=True)
    if distinct.size > _MOST_LEVELS:
        group = np.arange(distinct.size) * _MOST_LEVELS // distinct.size
        distinct = np.bincount(group, weights=distinct) / np.bincount(group)
        places = group[places]
    return places.astype(np.int64), distinct
