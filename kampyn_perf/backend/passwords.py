"""Passwords: argon2id, in threads of its own, so that a login never holds up the event loop."""

from __future__ import annotations

import asyncio
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kampyn_perf.backend.settings import PasswordSettings
from kampyn_perf.process_limits import usable_cpus

_SALT = 16
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


class HashMetrics(Protocol):
    """Where the figures of hashing go."""

    def hash_queue(self, length: int) -> None: ...

    def hashed(self, waited: float, seconds: float) -> None: ...


class NoHashMetrics:
    """See `HashMetrics`; keeps nothing."""

    def hash_queue(self, length: int) -> None: ...

    def hashed(self, waited: float, seconds: float) -> None: ...


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
        self._queued = 0
        self._nobody = self._hasher.hash("nobody has this password")
        self._threads = ThreadPoolExecutor(
            settings.threads or max(1, usable_cpus() // workers),
            thread_name_prefix="argon2",
            initializer=_yield_to_others,
        )

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether `password` fits; without a hash (an unknown user) never, but as slowly."""
        loop = asyncio.get_running_loop()
        asked = time.perf_counter()
        self._count(+1)
        try:
            fits, began, ended = await loop.run_in_executor(
                self._threads, self._verify, password_hash or self._nobody, password
            )
        finally:
            self._count(-1)
        self._metrics.hashed(began - asked, ended - began)
        return fits and password_hash is not None

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
