"""Where words and data go: an answer to stdout, progress and remarks to stderr.

rich is imported on first use, so that --help stays instant. Colours and live displays are off
without a terminal, and NO_COLOR is respected (by rich itself).
"""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import IO, TYPE_CHECKING, Any

from kampyn_perf.errors import KampynError
from kampyn_perf.redact import redact_text
from kampyn_perf.units import unparted

if TYPE_CHECKING:
    from rich.console import Console

_PLAIN_WIDTH = 140
"""Columns where nobody watches: a log has no window that a table must fit into."""


def _console(file: IO[str], **options: Any) -> Console:
    from rich.console import Console

    # A terminal's lines break between words; a log's lines are as long as they are.
    # No emoji: `:x:` in a user's text stands for itself.
    console = Console(
        file=file, highlight=False, emoji=False, soft_wrap=not file.isatty(), **options
    )
    if not console.is_terminal and "COLUMNS" not in os.environ and "width" not in options:
        console.width = _PLAIN_WIDTH
    return console


@cache
def stderr() -> Console:
    """Where progress and remarks go."""
    return _console(sys.stderr)


@cache
def stdout() -> Console:
    """Where an answer goes that people read: plain where it is a pipe or a file."""
    return _console(sys.stdout)


_answering: ContextVar[bool] = ContextVar("answering", default=False)


@contextmanager
def answering(*, aside: bool = False) -> Iterator[None]:
    """What is said and shown within is the command's answer: it goes to stdout, unless it stands
    `aside` because the machine form has stdout for itself."""
    token = _answering.set(not aside)
    try:
        yield
    finally:
        _answering.reset(token)


def _words() -> Console:
    """Where words go now."""
    return stdout() if _answering.get() else stderr()


def width() -> int:
    """Columns of where words go now."""
    return _words().width


def line_width() -> int | None:
    """Columns that a line of words may take; None where lines are as long as they are."""
    console = _words()
    return console.width if console.is_terminal or "COLUMNS" in os.environ else None


def say_wrapped(text: str, *, indent: str = "", style: str | None = None) -> None:
    """A paragraph; what follows its first line stands below its first word."""
    width = line_width()
    if width is None:
        say(indent + text, style=style)
        return
    for line in wrapped(text, width, first=indent, further=f"{indent}  "):
        say(line, style=style)


def wrapped(text: str, width: int, *, first: str = "", further: str = "") -> list[str]:
    """Lines of words, in which no value is parted from its unit."""
    lines = textwrap.wrap(
        unparted(text),
        width,
        initial_indent=first,
        subsequent_indent=further,
        break_on_hyphens=False,
    )
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]


def is_terminal() -> bool:
    """Whether a person watches: live displays and questions make sense."""
    return stderr().is_terminal


def say(text: str, *, style: str | None = None) -> None:
    """One line (or more) for people. `text` is plain: brackets in it mean nothing."""
    _words().print(text, style=style, markup=False)


def show(renderable: Any, *, columns: int | None = None) -> None:
    """A table or another rich renderable for people; `columns` where it is not the terminal's."""
    console = _words()
    if columns is not None and columns != console.width:
        console = _console(console.file, width=columns)
    if (lines := _plain_lines(renderable, console)) is None:
        console.print(renderable)
    else:
        console.out(*lines, sep="\n", highlight=False)


def _plain_lines(renderable: Any, console: Console) -> list[str] | None:
    """Of a table that goes to a pipe or a file, where rich would make nothing else of it."""
    from rich.table import Table

    from kampyn_perf.cli import plain_table

    if console.is_terminal or not isinstance(renderable, Table):
        return None
    return plain_table.lines(renderable, console.width)


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

    A reader that went away (`| head`) has what it wanted; what else went wrong with it `main` tells
    at the end (`streams`).
    """
    sys.stdout.flush()
    sys.stdout.buffer.write(data if data.endswith(b"\n") else data + b"\n")
    sys.stdout.buffer.flush()  # where a live display stands before stdout, that flushes only itself


def print_error(error: KampynError) -> None:
    """What was wrong and what to do. Whatever it quotes, no URL's password is shown."""
    console = stderr()
    console.print("error: ", style="bold red", end="")
    console.print(redact_text(error.message), markup=False)
    if error.hint:
        console.print("hint: ", style="bold cyan", end="")
        console.print(redact_text(error.hint), markup=False)
