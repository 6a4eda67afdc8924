"""While the program is only being imported: no garbage is looked for, and Ctrl-C ends it at once.

Imports next to nothing itself.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def importing() -> Iterator[None]:
    """Around imports, where nothing is begun yet.

    What modules are made of stays: looking for garbage in it takes a tenth of the imports' time,
    and a fifth of a second at the end of the program, so it never is. Ctrl-C ends the process on
    the spot: as an exception it would come out of the middle of somebody's import, with a
    traceback, and out of a half-made extension module with worse.
    """
    gc.disable()
    try:
        with _ending_at_once():
            yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def _ending_at_once() -> Iterator[None]:
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
