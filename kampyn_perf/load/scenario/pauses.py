"""What a scenario sleeps between two steps is no response time of the step that follows.

A generator's process has one way to sleep, whatever it is called there: `time.sleep`,
`gevent.sleep`, Locust's `self.wait()`. Here it is wrapped, so that the session which sleeps knows.
That it was woken late is no part of its pause: that is the generator's own delay, and counts.
"""

from __future__ import annotations

import time
from typing import Any, Protocol

import gevent
import gevent.hub
from greenlet import getcurrent, greenlet

from kampyn_perf.load.clock import now_us

MARK = "kampyn_user"
"""The attribute of a greenlet that says whose it is."""

sleep = gevent.hub.sleep
"""As it was: for who keeps account of a pause by other means."""


class Pausing(Protocol):
    """A session at work."""

    def paused(self, began_us: int, for_us: int) -> None:
        """It asked for nothing for so long, from then on, because it did not want to."""


class AtWork(Protocol):
    """A virtual user."""

    session: Pausing


def belongs_to(user: AtWork) -> None:
    """From now on this greenlet works for `user`."""
    setattr(getcurrent(), MARK, user)


def user_at_work() -> Any:
    """Whose greenlet this is, or the one is that it was spawned by; None for nobody's."""
    current: Any = getcurrent()
    while current is not None:
        user = getattr(current, MARK, None)
        if user is not None:
            return user
        spawned_by = getattr(current, "spawning_greenlet", None)
        current = spawned_by() if spawned_by is not None else None
    return None


def notice_pauses() -> None:
    """Wrap the sleeping of this process, before a scenario gets hold of it."""
    modules: tuple[Any, ...] = (time, gevent, gevent.hub)
    for module in modules:
        module.sleep = _noticed


def _noticed(seconds: float = 0, ref: bool = True) -> None:
    """gevent's `sleep`."""
    current: greenlet = getcurrent()
    user: AtWork | None = getattr(current, MARK, None)
    if user is None:
        sleep(seconds, ref)
        return
    began_us = now_us()
    try:
        sleep(seconds, ref)
    finally:  # a limit of time may have cut it short
        user.session.paused(began_us, min(round(seconds * 1e6), now_us() - began_us))
