"""What one worker's memory looks like, and giving back what it no longer needs. Bytes."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import sys
import time
from contextlib import suppress
from typing import Any

import psutil

from kampyn_perf.units import format_size

_log = logging.getLogger("kampyn.memory")


def figures() -> dict[str, Any]:
    """The document's memory figures, with Python's words for V8's."""
    memory = psutil.Process().memory_info()
    return {
        "pid": os.getpid(),
        "rss": memory.rss,
        "vms": memory.vms,
        "allocatedBlocks": sys.getallocatedblocks(),
        "gc": {
            "tracked": list(gc.get_count()),
            "frozen": gc.get_freeze_count(),
            "collections": [generation["collections"] for generation in gc.get_stats()],
        },
    }


def collect() -> dict[str, Any]:
    """Collect garbage, hand free pages back to the system, and log what it brought.

    Takes milliseconds of the event loop, since what was there at the start is frozen.
    """
    before = psutil.Process().memory_info().rss
    started = time.perf_counter()
    unreachable = gc.collect()
    _trim()
    seconds = time.perf_counter() - started
    after = figures()
    _log.info(
        "Memory usage: rss %s, %s before; %d objects collected in %.1f ms",
        format_size(after["rss"]),
        format_size(before),
        unreachable,
        seconds * 1000,
    )
    return {
        "before": before,
        "after": after,
        "collected": unreachable,
        "milliseconds": round(seconds * 1000, 3),
    }


def _trim() -> None:
    """glibc keeps freed memory unless it is asked; other libraries have no such call."""
    if sys.platform.startswith("linux"):
        with suppress(OSError, AttributeError):
            ctypes.CDLL("libc.so.6").malloc_trim(0)
