"""What a person sees while something takes its time, and SIGTERM answered like Ctrl-C."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from kampyn_perf.cli.console import is_terminal, say, stderr
from kampyn_perf.errors import ExitCode, KampynError


@contextmanager
def working(text: str) -> Iterator[None]:
    """A live line while something takes its time; nothing without a terminal."""
    if not is_terminal():
        yield
        return
    with stderr().status(text):
        yield


def ask(question: str, unasked: KampynError) -> None:
    """Raises `unasked` where nobody is there to answer, and KampynError for anything but `yes`."""
    if not sys.stdin.isatty():
        raise unasked
    say(f"{question} Only 'yes' does: ")
    if sys.stdin.readline().strip() != "yes":
        raise KampynError("not confirmed; nothing was done", code=ExitCode.FAILED)


class Termination:
    """Whether SIGTERM came."""

    asked = False


@contextmanager
def as_termination() -> Iterator[Termination]:
    """SIGTERM inside the block interrupts as Ctrl-C does: the lock is given back, and what goes on
    without us is said."""
    termination = Termination()

    def interrupt(_number: int, _frame: object) -> None:
        termination.asked = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield termination
    finally:
        signal.signal(signal.SIGTERM, before)
