"""Ctrl-C while the program is only being imported. Imports next to nothing itself."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def at_once() -> Iterator[None]:
    """Within the block, where nothing is begun yet, Ctrl-C ends the process on the spot.

    As an exception it would come out of the middle of somebody's import: with a traceback, and
    out of a half-made extension module with worse.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # a script's background, which has no Ctrl-C
        yield
        return
    signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _leave(_number: int, _frame: object) -> None:
    with suppress(OSError):
        os.write(2, b"interrupted\n")
    os._exit(130)
