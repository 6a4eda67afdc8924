"""Which arrivals of the schedule a generator deals: generator i of n takes every n-th. Pure.

All generators together deal the schedule exactly, whatever their number. When one is lost or one
joins, there is another deal: from an arrival on that is yet to come, other members take turns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """From an arrival on, these generators deal in turn."""

    from_number: int
    members: tuple[int, ...]
    """Indices of generators: arrival n is that of members[n % len(members)]."""


def initial_assignment(count: int) -> Assignment:
    """The one that a run of `count` generators begins with."""
    return Assignment(from_number=0, members=tuple(range(count)))


def owner(number: int, deals: Sequence[Assignment]) -> int:
    """Index of the generator that deals arrival `number`, after `deals` in order of their numbers.

    Of two deals from the same arrival on, the later one counts.
    """
    members = deals[_in_force(number, deals)].members
    return members[number % len(members)]


class Partition:
    """The part of one generator; empty until the first deal."""

    def __init__(self, index: int = 0) -> None:
        self.index = index
        self._deals: list[Assignment] = []

    @property
    def members(self) -> int:
        """How many generators there are, by the last deal."""
        return len(self._deals[-1].members) if self._deals else 1

    def redeal(self, deal: Assignment) -> None:
        """Follow another deal, in the order in which they were decided."""
        self._deals.append(deal)

    def __contains__(self, number: int) -> bool:
        """Whether this generator deals arrival `number`."""
        return bool(self._deals) and owner(number, self._deals) == self.index

    def next_own(self, number: int, end: int) -> int:
        """The first arrival from `number` on that is its own; `end` if there is none before."""
        while number < end and self._deals:
            place = _in_force(number, self._deals)
            last = place + 1 == len(self._deals)
            until = end if last else min(self._deals[place + 1].from_number, end)
            members = self._deals[place].members
            if self.index in members:
                number += (members.index(self.index) - number) % len(members)
                if number < until:
                    return number
            number = until
        return end


def _in_force(number: int, deals: Sequence[Assignment]) -> int:
    return max(bisect_right(deals, number, key=lambda deal: deal.from_number) - 1, 0)
