"""Which arrivals of the schedule a generator starts: generator i of n takes every n-th. Pure.

All partitions together are the schedule exactly, whatever their number. When a generator is lost or
one joins, there is another assignment: from an arrival on that is yet to come, other members take
turns.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """From an arrival on, these generators take turns."""

    from_number: int
    members: tuple[int, ...]
    """Indices of generators: arrival n is that of members[n % len(members)]."""


def initial_assignment(count: int) -> Assignment:
    """The one that a run of `count` generators begins with."""
    return Assignment(from_number=0, members=tuple(range(count)))


def owner(number: int, assignments: Sequence[Assignment]) -> int:
    """Index of the generator that starts arrival `number`, after `assignments` in their order.

    Of two from the same arrival on, the later one counts.
    """
    members = assignments[_in_force(number, assignments)].members
    return members[number % len(members)]


class Partition:
    """The part of one generator; empty until the first assignment."""

    def __init__(self, index: int = 0) -> None:
        self.index = index
        self._assignments: list[Assignment] = []
        self._only: tuple[int, int] | None = None
        """Its turn, and the number of turns, while there is one assignment for all arrivals."""

    @property
    def members(self) -> int:
        """How many generators there are, by the last assignment."""
        return len(self._assignments[-1].members) if self._assignments else 1

    def reassign(self, assignment: Assignment) -> None:
        """Follow another one, in the order in which they were decided."""
        self._assignments.append(assignment)
        members = assignment.members
        only = len(self._assignments) == 1 and not assignment.from_number
        self._only = (
            (members.index(self.index), len(members)) if only and self.index in members else None
        )

    def __contains__(self, number: int) -> bool:
        """Whether this generator starts arrival `number`."""
        return bool(self._assignments) and owner(number, self._assignments) == self.index

    def next_own(self, number: int, end: int) -> int:
        """The first arrival from `number` on that is its own; `end` if there is none before."""
        if self._only:
            turn, turns = self._only
            return min(number + (turn - number) % turns, end)
        while number < end and self._assignments:
            place = _in_force(number, self._assignments)
            last = place + 1 == len(self._assignments)
            until = end if last else min(self._assignments[place + 1].from_number, end)
            members = self._assignments[place].members
            if self.index in members:
                number += (members.index(self.index) - number) % len(members)
                if number < until:
                    return number
            number = until
        return end


def _in_force(number: int, assignments: Sequence[Assignment]) -> int:
    return max(
        bisect_right(assignments, number, key=lambda assignment: assignment.from_number) - 1, 0
    )
