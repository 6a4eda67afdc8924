"""How much runs of one configuration differ, from runs that were made before. Pure.

With one run a side nothing within them tells what is between runs; other runs of the same
configuration do. Each group has a level of its own, so that only the scatter around it counts
(the pooled variance of an analysis of variance). The two runs that are compared are in no group:
the estimate knows nothing of the change that is judged by it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar

from kampyn_perf.compare.effect import Between
from kampyn_perf.compare.figures import RESPONSE_TIME, Figures, Key
from kampyn_perf.results.unit import Unit


class Spread:
    """Of runs in groups."""

    FEWEST: ClassVar[int] = 5
    """Runs; fewer tell a deviation so badly that an assumption is better."""

    def __init__(self, groups: Sequence[Sequence[Figures]] = ()) -> None:
        self._groups = [group for group in groups if len(group) > 1]
        self.runs = sum(map(len, self._groups))
        """How many there are to take it from; 0 where there are too few."""
        if self._freedom(self._groups) < self.FEWEST - 1:
            self._groups, self.runs = [], 0

    def between(self, key: Key, *, relative: bool) -> Between | None:
        """Of a figure's change from one run to another; None where too few runs have it."""
        groups = [_values(group, key, relative=relative) for group in self._groups]
        held = [group for group in groups if len(group) > 1]
        freedom = self._freedom(held)
        if freedom < self.FEWEST - 1:
            return None
        squares = math.fsum(
            (value - math.fsum(group) / len(group)) ** 2 for group in held for value in group
        )
        return Between(math.sqrt(2 * squares / freedom), float(freedom), whole=True)

    def share(self, scope: str, statistic: str) -> float | None:
        """By how much response times of two runs differ at most, in 95 of 100 cases."""
        from scipy.special import stdtrit

        key = Key(scope=scope, metric=RESPONSE_TIME, statistic=statistic, unit=Unit.DURATION)
        known = self.between(key, relative=True)
        if known is None:
            return None
        return math.expm1(float(stdtrit(known.freedom, 0.975)) * known.deviation)

    @staticmethod
    def _freedom(groups: Sequence[Sequence[object]]) -> int:
        return sum(len(group) - 1 for group in groups)


def _values(group: Sequence[Figures], key: Key, *, relative: bool) -> list[float]:
    values = [figures[key].value for figures in group if key in figures]
    known = [value for value in values if value is not None]
    if not relative:
        return known
    return [math.log(value) for value in known if value > 0]
