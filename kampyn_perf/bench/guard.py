"""Against a call that never ends: raise inside it, and if even that does not help, end the process.

Progress is looked at a few times within the time that a call may take, so that a measurement is
disturbed by a handful of signals at most. POSIX only; elsewhere, and outside the main thread, only
async cases that still give the loop a turn can be ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from kampyn_perf.bench.failures import CaseHung

Beats = Callable[[], int]
"""A number that changes as long as there is progress."""

_LOOKS = 4
"""How often progress is looked at within the time that a call may take."""


@dataclass
class Guard:
    """Ends calls that take longer than `timeout_ns`."""

    timeout_ns: int

    @property
    def _period(self) -> float:
        return self.timeout_ns / 1e9 / _LOOKS

    @contextmanager
    def watching(self, beats: Beats, *, patience: int = 1) -> Iterator[None]:
        """Raise CaseHung in the main thread once `beats` stood still for `patience` times-out."""
        if not _can_alarm():
            yield
            return
        last, still = beats(), 0

        def look(_number: int, _frame: Any) -> None:
            nonlocal last, still
            now = beats()
            still = still + 1 if now == last else 0
            last = now
            if still == 0:
                self._arm_last_resort(patience)
            if still >= _LOOKS * patience:
                raise CaseHung

        previous = signal.signal(signal.SIGALRM, look)
        self._arm_last_resort(patience)
        others = signal.setitimer(signal.ITIMER_REAL, self._period, self._period)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
            signal.setitimer(signal.ITIMER_REAL, *others)
            faulthandler.cancel_dump_traceback_later()

    async def run(self, work: Coroutine[Any, Any, None], beats: Beats) -> None:
        """Await `work`; cancel it and raise CaseHung once `beats` stood still for the time-out."""
        task = asyncio.ensure_future(work)
        last, still = beats(), 0
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=self._period)
                now = beats()
                still = still + 1 if now == last else 0
                last = now
                if still >= _LOOKS and not task.done():
                    await self._cancel(task)
                    raise CaseHung
        except asyncio.CancelledError:
            await self._cancel(task)
            raise
        await task

    async def _cancel(self, task: asyncio.Task[None]) -> None:
        """Cancel, and wait for the clean-up as long as a call may take, but no longer."""
        task.cancel()
        await asyncio.wait({task}, timeout=self.timeout_ns / 1e9)
        if task.done() and not task.cancelled():
            with contextlib.suppress(BaseException):
                task.result()

    def _arm_last_resort(self, patience: int) -> None:
        """A call into C that never returns can neither be raised in nor waited for."""
        if sys.__stderr__ is None:
            return
        with contextlib.suppress(RuntimeError, ValueError, OSError):  # a stderr without a file
            faulthandler.dump_traceback_later(
                self.timeout_ns / 1e9 * (patience + 1) + 5, exit=True, file=sys.__stderr__
            )


def _can_alarm() -> bool:
    return hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
