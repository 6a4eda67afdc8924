"""Who serves an arrival: a free virtual user of its kind, a new one, or one that will be free.

The order of free users is last in, first out: connections that are warm stay in use. Where there
may be no more of them an arrival waits, in order; an idle one of another kind gives way first, so
that nobody ever waits beside one who is idle. Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from kampyn_perf.load.scenario.session import Session


class VirtualUser(Protocol):
    """Somebody who serves sessions: `Worker` in `vuser_pool.py`."""

    kind: str
    """Whose sessions: all flows of one kind of user (`Allocation`'s `user_of`)."""

    def give(self, session: Session) -> None:
        """Run this session now; call `Pacer.began` when it really begins, and `done` after it."""

    def retire(self) -> None:
        """End: nobody will give it another."""


class Allocation:
    """The virtual users of one generator. A `limit` is of all of them, idle or at work."""

    def __init__(self, *, spawn: Callable[[str], VirtualUser], user_of: Mapping[str, str]) -> None:
        """`user_of` says which kind of virtual user runs a flow."""
        self._spawn = spawn
        self._user_of = user_of
        self._idle: dict[str, list[VirtualUser]] = {kind: [] for kind in user_of.values()}
        self._queue: deque[Session] = deque()
        self._given = 0
        self.vusers = 0

    @property
    def waiting(self) -> int:
        """Arrivals due that have not begun: no virtual user is free, or it has yet to turn up."""
        return len(self._queue) + self._given

    def make_ahead(self, flows: Iterable[str], limit: int) -> None:
        """Have idle users for sessions of these flows, which come soon."""
        for flow in flows:
            if self.vusers >= limit:
                return
            self._idle[self._user_of[flow]].append(self._new(flow))

    def take(self, session: Session, *, limit: int, most_waiting: int) -> bool:
        """Have the session served, now or when there is somebody; False where too many wait."""
        if self.vusers > limit:
            self._shrink(limit)
        while self._queue and self.vusers < limit:  # a later phase may allow more users
            self._serve_first()
        idle = self._idle[self._user_of[session.flow]]
        if idle and not self._queue:
            self._give(idle.pop(), session)
        elif self._room(limit):
            self._give(self._new(session.flow), session)
        elif len(self._queue) < most_waiting:
            session.waited = True
            self._queue.append(session)
        else:
            return False
        return True

    def began(self) -> None:
        """A session that was given to somebody really begins."""
        self._given -= 1

    def release(self, user: VirtualUser, *, limit: int) -> bool:
        """A virtual user is free again. Returns whether it should stay."""
        if self.vusers > limit:
            self._shrink(limit)
            if self.vusers > limit:
                self.vusers -= 1
                return False
        if self._queue:
            if self._user_of[self._queue[0].flow] == user.kind:
                self._give(user, self._queue.popleft())
                return True
            # The arrival that waited longest is for another kind of user.
            self.vusers -= 1
            self._serve_first()
            return False
        self._idle[user.kind].append(user)
        return True

    def give_up_waiting(self) -> Iterator[Session]:
        """The sessions that wait for a virtual user, which none of them gets any more."""
        while self._queue:
            yield self._queue.popleft()

    def _serve_first(self) -> None:
        """The arrival that waited longest gets a new virtual user."""
        session = self._queue.popleft()
        self._give(self._new(session.flow), session)

    def _room(self, limit: int) -> bool:
        """Whether one more virtual user may be made; an idle one of another kind may give way."""
        if self._queue:
            return False
        return self.vusers < limit or self._retire_idle()

    def _shrink(self, limit: int) -> None:
        """A phase, or another generator, may have left less room: who is idle gives way first."""
        while self.vusers > limit and self._retire_idle():
            pass

    def _retire_idle(self) -> bool:
        for users in self._idle.values():
            if users:
                users.pop(0).retire()
                self.vusers -= 1
                return True
        return False

    def _new(self, flow: str) -> VirtualUser:
        self.vusers += 1
        return self._spawn(self._user_of[flow])

    def _give(self, user: VirtualUser, session: Session) -> None:
        self._given += 1
        user.give(session)
