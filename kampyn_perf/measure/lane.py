"""One thread's watchers: who looks when, what each costs, what is done about one that fails.

Slot n of a watcher is due at n times its interval after the first, whatever happened before: a
look that is late moves no other. Microseconds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from kampyn_perf.measure.readings import NotSeen, Watcher
from kampyn_perf.measure.store import Store
from kampyn_perf.redact import redact_text
from kampyn_perf.results.series import Unmeasured, WatcherFacts
from kampyn_perf.units import MICROSECONDS, format_duration

LONGEST_INTERVAL_US = 60 * MICROSECONDS
"""However often it failed, a watcher looks again after so long."""
COST_SHARE = 0.004
"""Of one core, by one watcher: one that costs more looks less often. All of them together, some
four of them heavy, are to stay below 1 %."""
_REST = 10
"""Times what a look cost, before another watcher looks: a generator on the same core would wait for
all looks of a second one after the other."""
_LONGEST_REST_US = 20_000
_PATIENCE = 3
"""Looks in a row that cost too much before that is done: the first ones import and connect."""


class Clock(Protocol):
    """The time of a lane; tests bring their own."""

    def now_us(self) -> int:
        """Since the start of the run; negative before it."""
        ...

    def wait_until(self, moment_us: int) -> bool:
        """Wait; False as soon as the lane is to end."""
        ...


@dataclass
class Task:
    """One watcher, its slots, and what it came to."""

    watcher: Watcher
    first_us: int
    interval_us: int
    slot: int = 0
    samples: int = 0
    failures: int = 0
    in_a_row: int = 0
    missed: int = 0
    late_max_us: int = 0
    cpu_us: int = 0
    dear_in_a_row: int = 0
    looked_us: int | None = None
    """When it last saw something."""
    gap: Unmeasured | None = None
    """Why the last look saw nothing."""

    @classmethod
    def of(cls, watcher: Watcher, first_us: int) -> Task:
        return cls(watcher=watcher, first_us=first_us, interval_us=watcher.interval_us)

    @property
    def due_us(self) -> int:
        """When it looks next."""
        return self.first_us + self.slot * self.interval_us

    def slots_since_last(self, at_us: int) -> int:
        """For how many intervals a state stands that is seen now."""
        if self.looked_us is None:
            return 1
        return max(1, round((at_us - self.looked_us) / self.watcher.interval_us))

    def wants_a_last_look(self, now_us: int) -> bool:
        """Whether the run ended so long after the last look that its end would be missing."""
        if self.looked_us is None or self.in_a_row or self.watcher.every_slot:
            return False
        return now_us - self.looked_us >= self.watcher.interval_us / 2

    def plan_next(self, now_us: int) -> None:
        """The next slot: the one after this, or the first that has not passed altogether."""
        due = self.slot + 1
        if not self.watcher.every_slot:
            newest = (now_us - self.first_us) // self.interval_us
            if newest > due:
                self.missed += newest - due
                due = newest
        self.slot = due

    def back_off(self, now_us: int) -> None:
        """After the k-th failure in a row, wait 2^k intervals, up to a minute."""
        pause_us = min(self.interval_us << min(self.in_a_row, 16), LONGEST_INTERVAL_US)
        slots = max(1, round(pause_us / self.interval_us))
        self.slot = max(self.slot, (now_us - self.first_us) // self.interval_us) + slots

    def slow_down(self, now_us: int) -> None:
        """Look half as often from now on."""
        self.first_us = now_us
        self.slot = 1
        self.interval_us = min(self.interval_us * 2, LONGEST_INTERVAL_US)
        self.dear_in_a_row = 0

    def facts(self) -> WatcherFacts:
        return WatcherFacts(
            name=self.watcher.name,
            interval_us=self.interval_us,
            samples=self.samples,
            failures=self.failures,
            missed=self.missed,
            late_max_us=self.late_max_us,
            cpu_us=self.cpu_us,
        )


class Lane:
    """Runs its tasks one after the other, each when it is due."""

    def __init__(
        self,
        tasks: Sequence[Task],
        *,
        store: Store,
        clock: Clock,
        cpu_us: Callable[[], int],
    ) -> None:
        """`cpu_us` tells the CPU time of the calling thread."""
        self.tasks = list(tasks)
        self._store = store
        self._clock = clock
        self._cpu_us = cpu_us
        self._rest_until_us = -sys.maxsize

    def run(self) -> None:
        """Until the clock says that it is over."""
        try:
            while True:
                task = min(self.tasks, key=lambda task: task.due_us)
                if not self._clock.wait_until(max(task.due_us, self._rest_until_us)):
                    break
                self._look(task)
            for task in self.tasks:
                if task.wants_a_last_look(self._clock.now_us()):
                    self._look(task)
        finally:
            for task in self.tasks:
                self._close(task)

    def _look(self, task: Task) -> None:
        spent_us = self._cpu_us()
        now_us = self._clock.now_us()
        if not task.watcher.every_slot:
            task.late_max_us = max(task.late_max_us, now_us - task.due_us)  # a last look is early
        at_us = task.due_us if task.watcher.every_slot else now_us
        try:
            readings = list(task.watcher.sample(at_us))
        except NotSeen as unseen:
            self._fail(task, unseen.reason, unseen.remedy)
        except Exception as error:  # noqa: BLE001 - whatever it is, the load must not hear of it
            self._fail(task, f"{type(error).__name__}: {error}", "")
        else:
            self._store.take(
                at_us, readings, watcher=task.watcher.name, slots=task.slots_since_last(at_us)
            )
            task.looked_us = at_us
            task.samples += 1
            task.in_a_row = 0
            task.gap = None
            task.plan_next(self._clock.now_us())
        cost_us = self._cpu_us() - spent_us
        task.cpu_us += cost_us
        if len(self.tasks) > 1:
            rest_us = min(_REST * cost_us, _LONGEST_REST_US)
            self._rest_until_us = self._clock.now_us() + rest_us
        self._watch_cost(task, cost_us)

    def _fail(self, task: Task, reason: str, remedy: str) -> None:
        task.failures += 1
        task.in_a_row += 1
        reason = redact_text(reason)
        task.gap = Unmeasured(reason=reason, remedy=remedy)
        self._store.remark(f"{task.watcher.name}: {reason}")
        task.back_off(self._clock.now_us())

    def _watch_cost(self, task: Task, cost_us: int) -> None:
        if cost_us <= COST_SHARE * task.interval_us or task.watcher.every_slot:
            task.dear_in_a_row = 0
            return
        task.dear_in_a_row += 1
        if task.dear_in_a_row >= _PATIENCE and task.interval_us < LONGEST_INTERVAL_US:
            task.slow_down(self._clock.now_us())
            self._store.remark(
                f"{task.watcher.name}: a look costs {format_duration(cost_us)} of CPU, so it looks "
                f"every {format_duration(task.interval_us)} only"
            )

    def _close(self, task: Task) -> None:
        try:
            task.watcher.close()
        except Exception as error:  # noqa: BLE001 - the run is over: nothing depends on it any more
            self._store.remark(f"{task.watcher.name}: did not close: {error}")
