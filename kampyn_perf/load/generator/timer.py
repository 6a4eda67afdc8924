"""Sleeping until a moment, to some tens of microseconds, while other greenlets work.

gevent's own timers tick at about 1 ms, which would be the lateness of every arrival. On Linux a
timerfd, watched by the event loop like a socket, wakes the loop when it is due; the kernel keeps it
by the same monotonic clock as `clock.now_us`, so that a step of the wall clock does not matter.
Elsewhere: sleep until shortly before, then give way to others in turn until the moment has come.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gevent

from kampyn_perf.load.clock import now_us

_NONBLOCK_CLOEXEC = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
_CLOCK_MONOTONIC = 1
_ABSOLUTE = 1
_READ = 1
_SPIN_US = 1_500
"""The portable timer turns for so long before the moment: a little more than gevent's tick."""


class Timer:
    """Wakes one greenlet at a time."""

    def __init__(self) -> None:
        self.sleep_until: Callable[[int], None] = _spin_until
        """Let other greenlets work until a moment of `clock.now_us`."""
        self.precise = False
        """Whether the kernel wakes us; otherwise the last moments before are spent turning."""
        self._close: Callable[[], None] = _nothing
        with suppress(OSError, AttributeError):
            kernel = _KernelTimer()
            self.sleep_until, self._close, self.precise = kernel.sleep_until, kernel.close, True

    def close(self) -> None:
        """Give the descriptor back."""
        self._close()


class _KernelTimer:
    """A timerfd. Raises OSError or AttributeError where the system has none."""

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise OSError("timerfd is Linux's")
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._fd = int(self._libc.timerfd_create(_CLOCK_MONOTONIC, _NONBLOCK_CLOEXEC))
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._spec = _ItimerSpec()
        self._hub: Any = gevent.get_hub()
        self._watcher = self._hub.loop.io(self._fd, _READ)

    def sleep_until(self, due_us: int) -> None:
        """Let other greenlets work until `due_us`."""
        while due_us > now_us():
            self._spec.value_s, micros = divmod(due_us, 1_000_000)
            self._spec.value_ns = micros * 1000
            self._libc.timerfd_settime(self._fd, _ABSOLUTE, ctypes.byref(self._spec), None)
            self._hub.wait(self._watcher)
            with suppress(BlockingIOError):
                os.read(self._fd, 8)

    def close(self) -> None:
        """Give the descriptor back."""
        self._watcher.stop()
        self._watcher.close()
        os.close(self._fd)


class _ItimerSpec(ctypes.Structure):
    """struct itimerspec with 64-bit time, as Linux has it on every 64-bit machine."""

    _fields_ = (
        ("interval_s", ctypes.c_long),
        ("interval_ns", ctypes.c_long),
        ("value_s", ctypes.c_long),
        ("value_ns", ctypes.c_long),
    )

    value_s: int
    value_ns: int


def _spin_until(due_us: int) -> None:
    while (ahead := due_us - now_us()) > 0:
        gevent.sleep((ahead - _SPIN_US) / 1e6 if ahead > _SPIN_US else 0)


def _nothing() -> None:
    return None
