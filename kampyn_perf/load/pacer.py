"""Gives each arrival to a virtual user when it is due. The clock is the generator's, in µs.

Arrivals are asked of the schedule by number; nothing is accumulated. An arrival takes a free
virtual user of its flow; if there is none a new one is made; if there may be none more it waits,
in order, and its waiting is part of its response time. What waits beyond the limit is dropped and
counted. The order of free users is last in, first out: connections that are warm stay in use.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

import gevent

from kampyn_perf.load.clock import now_us
from kampyn_perf.load.feed import Feed
from kampyn_perf.load.session import Session
from kampyn_perf.recorder.buffer import SampleBuffer
from kampyn_perf.schedule import Mix, Schedule


class VirtualUser(Protocol):
    """Somebody who serves sessions of one flow: `Worker` in `pool.py`."""

    flow: str

    def give(self, session: Session) -> None:
        """Run this session now."""

    def retire(self) -> None:
        """End: nobody will give it another."""


class Pacer:
    """Deals the arrivals of one schedule. `run` returns when all are dealt, or after `stop`."""

    def __init__(
        self,
        *,
        schedule: Schedule,
        mix: Mix,
        feed: Feed,
        buffer: SampleBuffer,
        spawn: Callable[[str], VirtualUser],
        max_vusers: int,
        max_waiting: int,
    ) -> None:
        self._schedule = schedule
        self._mix = mix
        self._feed = feed
        self._buffer = buffer
        self._spawn = spawn
        self._max_vusers = max_vusers
        self._max_waiting = max_waiting
        self._idle: dict[str, list[VirtualUser]] = {flow: [] for flow in set(mix.order)}
        self._waiting: deque[Session] = deque()
        self._phase_limits = [phase.max_vusers for phase in schedule.phases]
        self._stopped = False
        self.started_us = 0
        """When the run began, by the generator's clock."""
        self.vusers = 0
        self.in_flight = 0

    @property
    def waiting(self) -> int:
        """Arrivals due that wait for a virtual user."""
        return len(self._waiting)

    @property
    def elapsed_us(self) -> int:
        """Since the start of the run."""
        return now_us() - self.started_us

    def run(self, sleep_until: Callable[[int], None]) -> None:
        """Deal every arrival at its due time, from now on."""
        self.started_us = now_us()
        for number in range(self._schedule.planned):
            arrival = self._schedule[number]
            due_us = self.started_us + arrival.due_us
            if due_us > now_us():
                sleep_until(due_us)
            if self._stopped:
                return
            self._deal(number, due_us, arrival.phase)
        # The last phase takes its whole time, so that rates are over what was planned.
        sleep_until(self.started_us + self._schedule.duration_us)

    def stop(self) -> None:
        """No more arrivals, from now on; those that wait are dropped."""
        self._stopped = True
        while self._waiting:
            self._drop(self._waiting.popleft())

    def done(self, user: VirtualUser, session: Session, *, success: bool) -> bool:
        """A session came to its end. Returns whether its virtual user should stay."""
        self.in_flight -= 1
        self._buffer.session_ended(
            flow=session.flow,
            phase=session.phase,
            duration_us=now_us() - session.due_us,
            success=success,
        )
        if self._waiting:
            waiting = self._waiting.popleft()
            if waiting.flow == user.flow:
                self._start(user, waiting, waited=True)
                return True
            # A user belongs to one flow; the arrival that waited longest is of another.
            self.vusers -= 1
            self._start(self._new(waiting.flow), waiting, waited=True)
            return False
        self._idle[user.flow].append(user)
        return True

    def _deal(self, number: int, due_us: int, phase: int) -> None:
        flow = self._mix[number]
        self._buffer.session_planned(flow=flow, phase=phase)
        session = Session(
            number=number,
            flow=flow,
            phase=phase,
            due_us=due_us,
            data=self._feed[number],
            buffer=self._buffer,
        )
        idle = self._idle[flow]
        if idle and not self._waiting:
            self._start(idle.pop(), session, waited=False)
        elif self._room(phase):
            self._start(self._new(flow), session, waited=False)
        elif len(self._waiting) < self._max_waiting:
            self._waiting.append(session)
        else:
            self._drop(session)

    def _room(self, phase: int) -> bool:
        """Whether one more virtual user may be made; an idle one of another flow may give way."""
        limit = min(self._max_vusers, self._phase_limits[phase] or self._max_vusers)
        if self._waiting:
            return False
        if self.vusers < limit:
            return True
        return self._retire_idle()

    def _retire_idle(self) -> bool:
        for users in self._idle.values():
            if users:
                users.pop(0).retire()
                self.vusers -= 1
                return True
        return False

    def _new(self, flow: str) -> VirtualUser:
        self.vusers += 1
        return self._spawn(flow)

    def _start(self, user: VirtualUser, session: Session, *, waited: bool) -> None:
        self.in_flight += 1
        late_us = now_us() - session.due_us
        self._buffer.session_started(
            flow=session.flow,
            phase=session.phase,
            phase_now=self._schedule.phase_at(self.elapsed_us),
            late_us=max(late_us, 0),
            waited=waited,
        )
        user.give(session)

    def _drop(self, session: Session) -> None:
        self._buffer.session_dropped(flow=session.flow, phase=session.phase)


def sleep_until(due_us: int) -> None:
    """Let other greenlets work until `due_us`, by the generator's clock."""
    while (ahead := due_us - now_us()) > 0:
        gevent.sleep(ahead / 1e6)
