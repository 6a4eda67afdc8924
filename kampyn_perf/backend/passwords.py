"""Passwords: argon2id, in threads of its own, so that a login never holds up the event loop."""

from __future__ import annotations

import asyncio
import math
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kampyn_perf.backend.domain import ShopError
from kampyn_perf.backend.settings import PasswordSettings
from kampyn_perf.process_limits import usable_cpus

_SALT = 16
_WEIGHT = 0.1
"""Of the latest hash in the moving mean of how long one takes."""
_NICE = 2
"""How much the hashing threads yield to the rest: a login may wait, other answers should not."""


def hasher(settings: PasswordSettings) -> PasswordHasher:
    """argon2id at the configured cost."""
    return PasswordHasher(
        time_cost=settings.iterations,
        memory_cost=settings.memory // 1024,
        parallelism=settings.parallelism,
        salt_len=_SALT,
    )


class TooBusyError(ShopError):
    """More want to log in than can be checked in time."""

    def __init__(self, wait: float) -> None:
        seconds = str(max(1, math.ceil(wait)))
        super().__init__(
            503, "busy", "Too many log in at this moment.", headers={"Retry-After": seconds}
        )


class HashMetrics(Protocol):
    """Where the figures of hashing go."""

    def hash_queue(self, length: int) -> None: ...

    def hashed(self, waited: float, seconds: float) -> None: ...

    def hash_refused(self) -> None: ...


class NoHashMetrics:
    """See `HashMetrics`; keeps nothing."""

    def hash_queue(self, length: int) -> None: ...

    def hashed(self, waited: float, seconds: float) -> None: ...

    def hash_refused(self) -> None: ...


class Passwords:
    """Checks passwords at a cost that does not tell whether the user exists."""

    def __init__(
        self,
        *,
        settings: PasswordSettings,
        workers: int = 1,
        metrics: HashMetrics | None = None,
    ) -> None:
        self._hasher = hasher(settings)
        self._metrics = metrics or NoHashMetrics()
        self._max_wait = settings.max_wait / 1e6
        self._queued = 0
        began = time.perf_counter()
        self._nobody = self._hasher.hash("nobody has this password")
        self._mean = time.perf_counter() - began
        self._thread_count = settings.threads or max(1, usable_cpus() // workers)
        self._threads = ThreadPoolExecutor(
            self._thread_count,
            thread_name_prefix="argon2",
            initializer=_yield_to_others,
        )

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether `password` fits; without a hash (an unknown user) never, but as slowly.

        Raises TooBusyError where it would have to wait too long.
        """
        self._shed()
        loop = asyncio.get_running_loop()
        asked = time.perf_counter()
        self._count(+1)
        try:
            fits, began, ended = await loop.run_in_executor(
                self._threads, self._verify, password_hash or self._nobody, password
            )
        finally:
            self._count(-1)
        self._mean += _WEIGHT * (ended - began - self._mean)
        self._metrics.hashed(began - asked, ended - began)
        return fits and password_hash is not None

    def _shed(self) -> None:
        """Better a few who are told to come back than all who wait for longer and longer."""
        wait = self._queued * self._mean / self._thread_count
        if self._max_wait and wait > self._max_wait:
            self._metrics.hash_refused()
            raise TooBusyError(wait)

    def _count(self, change: int) -> None:
        self._queued += change
        self._metrics.hash_queue(self._queued)

    def _verify(self, password_hash: str, password: str) -> tuple[bool, float, float]:
        """Whether it fits, and when this began and ended."""
        began = time.perf_counter()
        fits = True
        try:
            self._hasher.verify(password_hash, password)  # raises where it does not fit
        except (Argon2Error, InvalidHashError):
            fits = False
        return fits, began, time.perf_counter()

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _yield_to_others() -> None:
    # On Linux a thread has a niceness of its own; elsewhere this would slow the whole worker.
    if os.uname().sysname == "Linux":
        import threading

        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
