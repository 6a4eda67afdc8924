"""Ids of new documents: 24 hexadecimal digits in the order of time, as MongoDB's ObjectIds."""

from __future__ import annotations

import itertools
import os
import time

_process = ""
_counter = itertools.count()


def _draw() -> None:
    """The numbers of this process, which no other may have."""
    global _process, _counter  # noqa: PLW0603 - there is one process
    _process = os.urandom(5).hex()
    _counter = itertools.count(int.from_bytes(os.urandom(3), "big"))


_draw()
os.register_at_fork(after_in_child=_draw)


def new_id() -> str:
    """Seconds (4 bytes), a random number of this process (5), a counter (3)."""
    return f"{int(time.time()):08x}{_process}{next(_counter) & 0xFFFFFF:06x}"
