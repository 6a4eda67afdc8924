"""Ids of new documents: 24 hexadecimal digits in the order of time, as MongoDB's ObjectIds."""

from __future__ import annotations

import itertools
import os
import time

_PROCESS = os.urandom(5).hex()
_counter = itertools.count(int.from_bytes(os.urandom(3), "big"))


def new_id() -> str:
    """Seconds (4 bytes), a random number of this process (5), a counter (3)."""
    return f"{int(time.time()):08x}{_PROCESS}{next(_counter) & 0xFFFFFF:06x}"
