"""Which arrivals of the schedule a generator deals: generator i of n takes every n-th. Pure.

All generators together deal the schedule exactly, whatever their number. When one is lost its part
is dealt out again, from an arrival on that is yet to come: the others take it in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Takeover:
    """The part of a lost generator, divided among `heirs`."""

    lost: int
    """Index of the generator whose part it was."""
    heirs: tuple[int, ...]
    """Indices of those that take it in turn."""
    from_number: int
    """The first arrival that the heirs deal; those before it are lost."""


class Share:
    """The part of one generator of several."""

    def __init__(self, *, index: int = 0, count: int = 1) -> None:
        if not 0 <= index < count:
            raise ValueError(f"share {index} of {count}")
        self.index = index
        self.count = count
        self._takeovers: list[Takeover] = []

    def take_over(self, takeover: Takeover) -> None:
        """Follow a takeover, in the order in which they were decided."""
        self._takeovers.append(takeover)

    def __contains__(self, number: int) -> bool:
        """Whether this generator deals arrival `number`."""
        if not self._takeovers:
            return number % self.count == self.index
        return owner(number, self.count, self._takeovers) == self.index


def owner(number: int, count: int, takeovers: Sequence[Takeover] = ()) -> int:
    """Index of the generator that deals arrival `number`, one of `count`.

    An heir may itself be lost later: takeovers are followed in the order they were decided. The
    turn is taken from number // count, so that each heir's part is as even as the whole.
    """
    index = number % count
    turn = number // count
    for takeover in takeovers:
        if takeover.lost == index and number >= takeover.from_number:
            index = takeover.heirs[turn % len(takeover.heirs)]
            turn //= len(takeover.heirs)
    return index
