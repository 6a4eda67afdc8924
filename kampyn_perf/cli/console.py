"""Where words and data go: people's words to stderr, data to stdout.

rich is imported on first use, so that --help stays instant. Colours and live displays are off
without a terminal, and NO_COLOR is respected (by rich itself).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import IO, TYPE_CHECKING, Any, AnyStr, Generic, TextIO, cast

from kampyn_perf.errors import KampynError
from kampyn_perf.redact import redact_text

if TYPE_CHECKING:
    from rich.console import Console

_PLAIN_WIDTH = 140
"""Columns where nobody watches: a log has no window that a table must fit into."""


class _Patient(Generic[AnyStr]):
    """A stream whose reader may go away: what it is told then is lost, and no error.

    A terminal that was closed, or `2>&1 | head`, must not end a run, nor change how it ends.
    """

    def __init__(self, stream: IO[AnyStr]) -> None:
        self._stream: IO[AnyStr] = stream

    def write(self, text: AnyStr) -> int:
        try:
            return self._stream.write(text)
        except OSError:
            self._let_go()
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError:
            self._let_go()

    def _let_go(self) -> None:
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, self._stream.fileno())
        os.close(devnull)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _console(**options: Any) -> Console:
    from rich.console import Console

    return Console(file=cast("TextIO", _Patient(sys.stderr)), highlight=False, **options)


@cache
def stderr() -> Console:
    """The terminal for people."""
    # A terminal's lines break between words; a log's lines are as long as they are.
    console = _console(soft_wrap=not sys.stderr.isatty())
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PLAIN_WIDTH
    return console


def is_terminal() -> bool:
    """Whether a person watches: live displays and questions make sense."""
    return stderr().is_terminal


def say(text: str, *, style: str | None = None) -> None:
    """One line (or more) for people. `text` is plain: brackets in it mean nothing."""
    stderr().print(text, style=style, markup=False)


def show(renderable: Any, *, width: int | None = None) -> None:
    """A table or another rich renderable for people; `width` where it is not the terminal's."""
    console = stderr()
    if width is not None and width != console.width:
        console = _console(width=width)
    console.print(renderable)


@contextmanager
def working(text: str) -> Iterator[None]:
    """Say that something takes a while: turning on a terminal, one line without one."""
    if is_terminal():
        with stderr().status(text):
            yield
    else:
        say(text)
        yield


def print_json(value: Any) -> None:
    """The machine form, alone on stdout."""
    import orjson

    print_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2))


def print_text(text: str) -> None:
    """A document (CSV, Markdown, YAML) alone on stdout."""
    print_bytes(text.encode())


def print_bytes(data: bytes) -> None:
    """A document that is encoded already (XML), alone on stdout.

    A reader that went away (`| head`) has what it wanted; the exit code stays the command's own.
    """
    sys.stdout.flush()
    stream = _Patient(sys.stdout.buffer)
    stream.write(data if data.endswith(b"\n") else data + b"\n")
    stream.flush()


def print_error(error: KampynError) -> None:
    """What was wrong and what to do. Whatever it quotes, no URL's password is shown."""
    console = stderr()
    console.print("error: ", style="bold red", end="")
    console.print(redact_text(error.message), markup=False)
    if error.hint:
        console.print("hint: ", style="bold cyan", end="")
        console.print(redact_text(error.hint), markup=False)
