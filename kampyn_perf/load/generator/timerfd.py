"""Linux's timerfd, which Python has from 3.13 on: a descriptor that is readable when it is due."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import partial

_NONBLOCK_CLOEXEC = os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0)
_CLOCK_MONOTONIC = 1
_ABSOLUTE = 1


class Timerfd:
    """By the clock of `clock.now_us`. Raises OSError, AttributeError where the system has none."""

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise OSError("timerfd is Linux's")
        libc = ctypes.CDLL(None, use_errno=True)
        self.number = int(libc.timerfd_create(_CLOCK_MONOTONIC, _NONBLOCK_CLOEXEC))
        """The descriptor."""
        if self.number < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        self._spec = _ItimerSpec()
        # A call of a microsecond: others need not be let in meanwhile.
        settime = ctypes.PyDLL(None).timerfd_settime
        self._settime = partial(settime, self.number, _ABSOLUTE, ctypes.byref(self._spec), None)

    def set(self, due_us: int) -> None:
        """Be due then; 0 for never."""
        self._spec.value_s, micros = divmod(due_us, 1_000_000)
        self._spec.value_ns = micros * 1000
        self._settime()

    def close(self) -> None:
        """Give the descriptor back."""
        os.close(self.number)


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
