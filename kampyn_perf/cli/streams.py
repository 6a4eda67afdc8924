"""stdout and stderr as the program needs them: there, never in the way of a run, and honest about
data that did not arrive.

Imports nothing beyond the standard library: `--help` waits for it.
"""

from __future__ import annotations

import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STDIN, _STDOUT, _STDERR = 0, 1, 2


class _Raw(io.FileIO):
    """Writing never raises: a terminal that was closed, or `2>&1 | head`, must not end a run, nor
    change how it ends."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "w", closefd=False)
        self.trouble = ""
        """Why something was not delivered. A reader that went away has what it wanted."""

    def write(self, data: ReadableBuffer, /) -> int:
        size = memoryview(data).nbytes
        try:
            while not (written := super().write(data)) and size:
                select.select([], [self], [])  # it does not block, and is full
        except BrokenPipeError:
            return size
        except OSError as error:
            self.trouble = self.trouble or error.strerror or str(error)
            return size
        return written


class Output:
    """What became of stdout."""

    def __init__(self, raw: _Raw | None) -> None:
        self._raw = raw

    def trouble(self) -> str:
        """Why not all of it was delivered; empty if it was."""
        sys.stdout.flush()
        return self._raw.trouble if self._raw else ""


def install() -> Output:
    """Put both streams in place. One that something else (a test) has replaced stays."""
    _fill_closed()
    raw = None
    if sys.stdout is sys.__stdout__:
        raw = _Raw(_STDOUT)
        sys.stdout = _text(raw, sys.stdout)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _text(_Raw(_STDERR), sys.stderr)
    return Output(raw)


def _fill_closed() -> None:
    """Open something in the place of a stream that the caller closed (`>&-`).

    Else the next file gets its number, and all that is meant for the stream. What is written into
    a closed stderr is lost; a closed stdout refuses it, so that it is missed.
    """
    for number in (_STDIN, _STDOUT, _STDERR):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_WRONLY if number == _STDERR else os.O_RDONLY)
            os.set_inheritable(number, True)  # or the processes that we start had none


def _text(raw: _Raw, before: TextIO | None) -> TextIO:
    """`raw` as text, encoded and buffered as the stream `before` was; None: it was closed."""
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=before.encoding if before else "utf-8",
        errors=before.errors if before else "backslashreplace",
        line_buffering=getattr(before, "line_buffering", False),
        write_through=getattr(before, "write_through", False),
    )
