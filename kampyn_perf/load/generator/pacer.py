"""Gives each arrival to a virtual user when it is due. The clock is the generator's, in µs.

Arrivals are asked of the schedule by number; nothing is accumulated. Who serves one is decided by
`allocation`; its waiting for somebody is part of its response time. What waits beyond the limit is
dropped and counted.

Clock and sleep are passed in, so that hours of schedule can be run in virtual time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping

from mypy_extensions import mypyc_attr

from kampyn_perf.load.client import RequestSample
from kampyn_perf.load.generator.allocation import Allocation, VirtualUser
from kampyn_perf.load.partition import Assignment, Partition
from kampyn_perf.load.scenario.feed import Feed
from kampyn_perf.load.scenario.session import Session
from kampyn_perf.recorder.buffer import SampleBuffer
from kampyn_perf.recorder.grouping import OUTSIDE
from kampyn_perf.schedule import Mix, Schedule

_NEVER = 1 << 62
_NAP_US = 250_000
"""The longest single sleep: `stop` and a changed partition are noticed within it."""
_LEEWAY_US = 10_000
"""How long before its moment other work may be done, to find a gap between two arrivals."""
_AHEAD_US = 5_000
"""Whoever serves an arrival of the first moments is there before it: to make one takes a part of a
millisecond, in which at a high rate the next arrivals come, and would need one each."""
_GAP_US = 2_000
"""What such work takes at most, with room to spare: an arrival meanwhile would begin that late."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Pacer:
    """Starts the arrivals of a partition. `run` returns at the schedule's end, or after `stop`."""

    def __init__(  # noqa: PLR0913 (explicit wiring)
        self,
        *,
        schedule: Schedule,
        mix: Mix,
        feed: Feed,
        buffer: SampleBuffer,
        spawn: Callable[[str], VirtualUser],
        clock: Callable[[], int],
        max_vusers: int,
        max_waiting: int,
        index: int = 0,
        user_of: Mapping[str, str] | None = None,
    ) -> None:
        """`user_of` says which kind of virtual user runs a flow; None: each flow has its own."""
        self._schedule = schedule
        self._mix = mix
        self._feed = feed
        self._buffer = buffer
        self._clock = clock
        self._partition = Partition(index)
        self._max_vusers = max_vusers
        self._max_waiting = max_waiting
        self._users = Allocation(spawn=spawn, user_of=user_of or {flow: flow for flow in mix.order})
        self._limits: list[int] = []
        """Virtual users at once, by phase."""
        self._set_limits()
        self._stopped = False
        self._passed = 0
        """Arrivals before this one are dispatched, or not of this partition."""
        self._missed: deque[int] = deque()
        """Arrivals that became its own when they had passed: it was told late."""
        self._reassigned = False
        self.started_us = 0
        """When the run began, by the generator's clock."""
        self.next_due_us = 0
        """When there is something to do next, by the same clock."""
        self.in_flight = 0

    @property
    def waiting(self) -> int:
        """Arrivals due that have not begun: no virtual user is free, or it has yet to turn up."""
        return self._users.waiting

    @property
    def vusers(self) -> int:
        """Virtual users, idle or at work."""
        return self._users.vusers

    @property
    def elapsed_us(self) -> int:
        """Since the start of the run; negative before it."""
        return self._clock() - self.started_us

    def run(self, start_us: int, sleep_until: Callable[[int], None]) -> None:
        """Start every arrival of the partition at its due time, the run beginning at `start_us`."""
        self.started_us = start_us
        self._users.make_ahead(self._first_flows(), self._limits[0])
        planned = self._schedule.planned
        while not self._stopped:
            self._reassigned = False
            while self._missed:
                self._dispatch(self._prepare(self._missed.popleft()))
            number = self._partition.next_own(self._passed, planned)
            # All work that can be done before the due time is: after it, it would make the session
            # late.
            session = self._prepare(number) if number < planned else None
            due_us = session.due_us if session else start_us + self._schedule.duration_us
            self.next_due_us = due_us
            if not self._sleep(due_us, sleep_until):
                continue  # the assignment changed meanwhile: ask again whether it is ours
            if session is None:
                break
            self._passed = number + 1  # first: below, another assignment may come in between
            self._dispatch(session)
        self.next_due_us = _NEVER

    def sleep_until_gap(self, moment_us: int, sleep_until: Callable[[int], None]) -> None:
        """Sleep until shortly before `moment_us`, for a gap between arrivals; at worst until then.

        For regular work of the generator: at a whole second itself arrivals like to be due.
        """
        sleep_until(moment_us - _LEEWAY_US)
        while (now := self._clock()) < moment_us:
            due_us = self.next_due_us
            if due_us >= min(now + _GAP_US, moment_us):
                return
            sleep_until(max(due_us, now) + 1)

    def reassign(self, assignment: Assignment) -> None:
        """Follow another assignment. What it gives to this generator, and is due already, starts at
        once: late, but not lost."""
        passed = range(assignment.from_number, self._passed)
        before = {number for number in passed if number in self._partition}
        self._partition.reassign(assignment)
        self._set_limits()
        self._missed += [n for n in passed if n in self._partition and n not in before]
        self._reassigned = True

    def stop(self) -> None:
        """No more arrivals, from now on; those that wait are dropped."""
        self._stopped = True
        for session in self._users.give_up_waiting():
            self.drop(session)

    def began(self, session: Session) -> None:
        """A session really begins: this is when its lateness is taken."""
        session.begun = True
        self._users.began()
        self.in_flight += 1
        now = self._clock()
        self._buffer.session_started(
            flow=session.flow,
            phase=session.phase,
            phase_now=self._schedule.phase_at(now - self.started_us),
            late_us=max(now - session.due_us - session.prepared_us, 0),
            waited=session.waited,
        )

    def done(self, user: VirtualUser, session: Session, *, success: bool) -> bool:
        """A session came to its end. Returns whether its virtual user should stay."""
        self.in_flight -= 1
        now = self._clock()
        over_us = now if session.over_us is None else session.over_us
        self._buffer.session_ended(
            flow=session.flow,
            phase=session.phase,
            duration_us=over_us - session.due_us,
            success=success,
        )
        limit = self._limits[self._schedule.phase_at(now - self.started_us)]
        return self._users.release(user, limit=limit)

    def outside(self, sample: RequestSample) -> None:
        """Count what a scenario measured outside of any session."""
        nobody = Session(
            number=0,
            flow=OUTSIDE,
            phase=self._schedule.phase_at(self.elapsed_us if self.started_us else 0),
            due_us=sample.sent_us,
            data={},
            buffer=self._buffer,
        )
        nobody.request_done(sample)

    def drop(self, session: Session) -> None:
        """This arrival is never started."""
        self._buffer.session_dropped(
            flow=session.flow, phase=session.phase, age_us=self._clock() - session.due_us
        )

    def _sleep(self, due_us: int, sleep_until: Callable[[int], None]) -> bool:
        """Sleep until `due_us`; False when something changed before it came."""
        while (now := self._clock()) < due_us:
            sleep_until(min(due_us, now + _NAP_US))
            if self._stopped or self._reassigned:
                return False
        return True

    def _prepare(self, number: int) -> Session:
        arrival = self._schedule[number]
        return Session(
            number=number,
            flow=self._mix[number],
            phase=arrival.phase,
            due_us=self.started_us + arrival.due_us,
            data=self._feed[number],
            buffer=self._buffer,
        )

    def _dispatch(self, session: Session) -> None:
        flow, phase = session.flow, session.phase
        self._buffer.session_planned(flow=flow, phase=phase)
        most_waiting = self._max_waiting // self._partition.members
        if not self._users.take(session, limit=self._limits[phase], most_waiting=most_waiting):
            self.drop(session)

    def _set_limits(self) -> None:
        """Of the whole run, for this generator; at least one."""
        most, members = self._max_vusers, self._partition.members
        self._limits = [
            max(1, min(most, phase.max_vusers or most) // members)
            for phase in self._schedule.phases
        ]

    def _first_flows(self) -> Iterator[str]:
        """Of the arrivals of the first moments, while there is time ahead of them."""
        number, planned = self._passed, self._schedule.planned
        while self.elapsed_us < 0:
            number = self._partition.next_own(number, planned)
            if number >= planned or self._schedule[number].due_us >= _AHEAD_US:
                return
            yield self._mix[number]
            number += 1
