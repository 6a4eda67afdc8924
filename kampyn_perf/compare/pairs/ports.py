"""What a comparison tells while it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from kampyn_perf.compare.pairs.arms import Role
from kampyn_perf.results.compared import Compared


class Observer(Protocol):
    """Who watches. `Unobserved` has all methods, and they do nothing."""

    def begin(self, number: int, role: Role) -> None:
        """A run is about to start, in round `number` (from 1)."""

    def decided(self, number: int, primary: Sequence[Compared]) -> None:
        """A round is over; what is known of the figures that decide."""

    def discarded(self, number: int, reason: str) -> None:
        """A round does not count."""


class Unobserved:
    """Nobody watches."""

    def begin(self, number: int, role: Role) -> None: ...

    def decided(self, number: int, primary: Sequence[Compared]) -> None: ...

    def discarded(self, number: int, reason: str) -> None: ...
