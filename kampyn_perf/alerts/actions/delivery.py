"""Handing notices over in a thread of its own: bounded, tried again, and never in anybody's way.

Seconds.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Protocol

QUEUE_LENGTH = 100
"""Notices that may wait; a rule that fires more often than its webhook answers is no news."""
FIRST_PAUSE = 1.0
"""After a first failure; doubled after every further one."""


class DeliveryError(Exception):
    """A notice was not taken, in words; and whether trying again may help."""

    def __init__(self, words: str, *, again: bool) -> None:
        super().__init__(words)
        self.again = again


class Receiver(Protocol):
    """What takes notices: a webhook, a command. Used by one thread."""

    attempts: int
    """How often at most a notice is tried."""

    def deliver(self, number: int, body: bytes) -> None:
        """Hand over the notice of that number, the same at every attempt. Raises DeliveryError."""

    def cancel(self) -> None:
        """The end has come: let go of what is under way. Called by another thread."""


@dataclass(frozen=True)
class Undelivered:
    """A notice that did not arrive."""

    alert: str
    state: str
    why: str


@dataclass(frozen=True)
class _Notice:
    number: int
    alert: str
    state: str
    body: bytes


class Delivery:
    """One receiver's queue and thread."""

    def __init__(self, receiver: Receiver, *, name: str) -> None:
        self._receiver = receiver
        self._queue: queue.Queue[_Notice | None] = queue.Queue(QUEUE_LENGTH)
        self._lock = threading.Lock()
        self._waiting: deque[_Notice] = deque()
        """Taken on and not settled yet, the one under way first."""
        self._last_words = ""
        """Why the one under way did not arrive so far."""
        self._undelivered: list[Undelivered] = []
        self._given = 0
        self._over = threading.Event()
        """No more waiting: the end has come."""
        self._thread = threading.Thread(target=self._run, name=f"alerts {name}", daemon=True)
        self._thread.start()

    def put(self, alert: str, state: str, body: bytes) -> None:
        """Take a notice on; returns at once, whatever becomes of it."""
        notice = _Notice(self._given, alert, state, body)
        self._given += 1
        with self._lock:
            try:
                self._queue.put_nowait(notice)
            except queue.Full:
                why = f"{QUEUE_LENGTH} notices were waiting already"
                self._undelivered.append(Undelivered(alert, state, why))
            else:
                self._waiting.append(notice)

    def close(self, *, within: float) -> list[Undelivered]:
        """Wait so long for what is under way, and tell what did not arrive."""
        deadline = time.monotonic() + within
        try:
            self._queue.put(None, timeout=within)
        except queue.Full:
            pass
        else:
            self._thread.join(max(0.0, deadline - time.monotonic()))
        self._over.set()
        self._receiver.cancel()
        with self._lock:
            words = self._last_words or f"no answer within the {within:g} s at the end"
            left = [Undelivered(notice.alert, notice.state, words) for notice in self._waiting]
            return [*self._undelivered, *left]

    def _run(self) -> None:
        while (notice := self._queue.get()) is not None and not self._over.is_set():
            why = self._deliver(notice)
            with self._lock:
                if self._over.is_set():  # counted as waiting by now
                    return
                self._waiting.popleft()
                self._last_words = ""
                if why:
                    self._undelivered.append(Undelivered(notice.alert, notice.state, why))

    def _deliver(self, notice: _Notice) -> str:
        """Try until it is taken, or there is no use; why not, if not."""
        pause = FIRST_PAUSE
        for attempt in range(1, self._receiver.attempts + 1):
            try:
                self._receiver.deliver(notice.number, notice.body)
            except DeliveryError as error:
                self._last_words = str(error)
                if not error.again or attempt == self._receiver.attempts:
                    return self._last_words
            except Exception as error:  # noqa: BLE001 - whatever it is, only this notice is lost
                return f"{type(error).__name__}: {error}"
            else:
                return ""
            if self._over.wait(pause):
                return self._last_words
            pause *= 2
        return self._last_words
