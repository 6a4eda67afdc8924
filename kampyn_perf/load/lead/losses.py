"""Generators that were lost during a run: who takes over, and which arrivals nobody dealt. Pure.

Times are microseconds since the start of the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from kampyn_perf.load.share import Takeover, owner
from kampyn_perf.schedule import Schedule

_NOTICE_US = 1_000_000
"""Heirs are told so long before the first arrival that they take over."""


class Losses:
    """Of one run with `count` generators."""

    def __init__(self, schedule: Schedule, count: int) -> None:
        self._schedule = schedule
        self._count = count
        self._dealt: dict[int, tuple[int, tuple[Takeover, ...]]] = {}
        self.how: dict[int, str] = {}
        """What happened to each generator that was lost, in the order of the losses."""
        self.takeovers: list[Takeover] = []

    def add(
        self, index: int, how: str, *, heirs: Sequence[int], dealt: int, elapsed_us: int
    ) -> None:
        """Generator `index` is lost, having reported `dealt` arrivals of its share."""
        self.how[index] = how
        self._dealt[index] = (dealt, tuple(self.takeovers))
        if heirs:
            first = self._schedule.due_by(elapsed_us + _NOTICE_US)
            self.takeovers.append(
                Takeover(lost=index, heirs=tuple(sorted(heirs)), from_number=first)
            )

    def numbers(self, until_us: int | None = None) -> Iterator[int]:
        """Arrivals that came due, by `until_us` or at all, and that nobody dealt."""
        planned = self._schedule.planned
        due = planned if until_us is None else self._schedule.due_by(until_us)
        for index, (dealt, before) in self._dealt.items():
            own = (n for n in range(due) if owner(n, self._count, before) == index)
            for number in islice(own, dealt, None):
                # What an heir has taken over since then was dealt, or is counted with that heir.
                if owner(number, self._count, self.takeovers) == index:
                    yield number
