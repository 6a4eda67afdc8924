"""Arrivals of a Poisson process over one phase, asked for by number. Pure.

The unit is the integral of the rate: expected arrivals since the phase began. Of its own module
because numpy takes a tenth of a second to import, and evenly spaced arrivals do without.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import lru_cache

import numpy as np

_CELL = 256
"""Expected arrivals in one cell of a Poisson phase: what one look-up draws and keeps."""
_CELLS_KEPT = 64


class PoissonCells:
    """A Poisson process over one phase, drawn cell by cell so that any arrival can be asked for.

    A cell is a stretch with at most `_CELL` expected arrivals. Given how many fall into it, their
    places are independent and uniform on the integral's axis (the order-statistics property), so
    each cell is drawn from a seed of its own and forgotten again: memory does not grow with the
    run. With a `count` the counts are multinomial instead of Poisson: the total is exact.
    """

    def __init__(self, expected: float, *, count: int | None, key: tuple[int, int]) -> None:
        """`key`: the schedule's seed and the phase's number."""
        cells = max(1, math.ceil(expected / _CELL))
        self._width = expected / cells
        self._key = key
        generator = np.random.default_rng(key)
        if count is not None:
            counts = generator.multinomial(count, [1 / cells] * cells)
        else:
            counts = generator.poisson(self._width, cells)
        # A list: arrival after arrival, an array would cost ten times as much.
        self._first: list[int] = [0, *np.cumsum(counts).tolist()]
        self.total = self._first[-1]

    def mark(self, number: int) -> float:
        """The integral's value at which arrival `number` of the phase stands."""
        cell = bisect_right(self._first, number) - 1
        first = self._first[cell]
        places = _cell_places(*self._key, cell, self._first[cell + 1] - first)
        return (cell + places[number - first]) * self._width


@lru_cache(maxsize=_CELLS_KEPT)
def _cell_places(seed: int, index: int, cell: int, count: int) -> list[float]:
    """Sorted places of `count` arrivals within one cell, in [0, 1)."""
    drawn: list[float] = np.sort(
        np.random.default_rng([seed, index, 1 + cell]).random(count)
    ).tolist()
    return drawn
