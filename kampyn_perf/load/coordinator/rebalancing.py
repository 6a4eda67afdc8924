"""Who starts which arrivals, as generators are lost and join; and which nobody started. Pure.

Times are microseconds since the start of the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from kampyn_perf.load.partition import Assignment, initial_assignment, owner
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.schedule import Mix, Schedule

_NOTICE_US = 1_000_000
"""Generators are told so long before the first arrival of another assignment."""


class Rebalancer:
    """Of one run that begins with `count` generators."""

    def __init__(self, schedule: Schedule, count: int) -> None:
        self._schedule = schedule
        self._started_of: dict[int, tuple[int, tuple[Assignment, ...]]] = {}
        self.assignments: list[Assignment] = [initial_assignment(count)]
        self.lost: dict[int, str] = {}
        """What happened to each generator that was lost, in the order of the losses."""
        self.joined_us: dict[int, int] = {}
        """When those joined that were not there at the start."""
        self.nobody_took_over = False
        """Whether a loss came when nobody was left, or wanted, to take over."""

    def lose(
        self, index: int, how: str, *, living: Sequence[int], started: int, elapsed_us: int
    ) -> Assignment | None:
        """Generator `index` is lost, having reported `started` arrivals of its part. The assignment
        among the `living`, if there are any."""
        self.lost[index] = how
        self._started_of[index] = (started, tuple(self.assignments))
        if not living:
            self.nobody_took_over = True
            return None
        return self._reassign(living, elapsed_us)

    def join(self, index: int, *, living: Sequence[int], elapsed_us: int) -> Assignment:
        """Generator `index` joins the `living`: the assignment among all of them."""
        self.joined_us[index] = max(elapsed_us, 0)  # one that came just before the start
        return self._reassign([*living, index], elapsed_us)

    def numbers(self, until_us: int | None = None) -> Iterator[int]:
        """Arrivals that came due, by `until_us` or at all, and that nobody started."""
        planned = self._schedule.planned
        due = planned if until_us is None else self._schedule.due_by(until_us)
        for index, (started, before) in self._started_of.items():
            own = (number for number in range(due) if owner(number, before) == index)
            for number in islice(own, started, None):
                # Arrivals that a later assignment gave to another generator are counted there.
                if owner(number, self.assignments) == index:
                    yield number

    def settle(self, collector: Collector, mix: Mix, until_us: int | None) -> None:
        """Count what nobody started as planned, and never started."""
        for number in self.numbers(until_us):
            collector.arrival_lost(flow=mix[number], phase=self._schedule[number].phase)
        collector.close_accounts()

    def _reassign(self, members: Sequence[int], elapsed_us: int) -> Assignment:
        first = self._schedule.due_by(elapsed_us + _NOTICE_US)
        assignment = Assignment(
            from_number=max(first, self.assignments[-1].from_number), members=tuple(sorted(members))
        )
        self.assignments.append(assignment)
        return assignment
