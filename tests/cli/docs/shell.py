"""One process that types the lines of a story after another, as a shell does.

The program itself with streams, a folder and an environment of its own for each line. What is saved
is a process for each line; what starts others or is ended by signals has one (`tests.cli.program`).
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from kampyn_perf.cli import console
from tests import forked
from tests.cli import program
from tests.forked_function import Function
from tests.forked_generator import with_address

OF_ITS_OWN = frozenset({"bench", "capacity", "watch"})
"""Commands that start processes or wait for signals; a load does where it is no dry run."""


class Shell:
    """Started by its first line."""

    @classmethod
    @contextmanager
    def opened(cls, folder: Path) -> Iterator[Shell]:
        """One for the block."""
        shell = cls(folder)
        try:
            yield shell
        finally:
            shell.close()

    def __init__(self, folder: Path) -> None:
        """`folder` is for what its lines say."""
        self._out, self._err = folder / "stdout", folder / "stderr"
        self._process: Function | None = None
        self._lines: Connection | None = None

    def run(
        self, folder: Path, *arguments: str, timeout: float, env: Mapping[str, str]
    ) -> program.Done:
        """A line to its end."""
        if starts_others(arguments):
            return program.run(folder, *arguments, timeout=timeout, env=dict(env))
        lines = self._lines or self._start()
        environment = with_address(list(arguments), program.environment(dict(env)))
        lines.send((list(arguments), folder, environment))
        if not lines.poll(timeout):
            raise TimeoutError(f"{arguments} has not ended after {timeout} s")
        return program.Done(lines.recv(), self._out.read_text(), self._err.read_text())

    def close(self) -> None:
        if self._process is not None and self._lines is not None:
            self._lines.close()
            self._process.kill()
            self._process.communicate(timeout=60)

    def _start(self) -> Connection:
        self._lines, theirs = forked.forkserver().Pipe()
        self._process = Function(_type_each, theirs, self._out, self._err)
        theirs.close()
        return self._lines


def starts_others(arguments: tuple[str, ...]) -> bool:
    command = arguments[0]
    if command == "load":
        return "--dry-run" not in arguments
    return command in OF_ITS_OWN or (command == "compare" and "--run" in arguments)


def _type_each(lines: Connection, out: Path, err: Path) -> None:
    """In the forked process, until nobody has another line."""
    # As Python has them at its start, where the program puts its own in their place.
    for name, stream in (
        ("__stdout__", os.fdopen(1, "w")),
        ("__stderr__", os.fdopen(2, "w", buffering=1)),
    ):
        setattr(sys, name, stream)
    while True:
        try:
            given = lines.recv()
        except EOFError:
            return
        with out.open("w") as stdout, err.open("w") as stderr:
            for number, file in ((1, stdout), (2, stderr)):
                os.dup2(file.fileno(), number)
        lines.send(_typed(*given))


def _typed(arguments: list[str], folder: Path, environment: dict[str, str]) -> int:
    """The exit code."""
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    console.stdout.cache_clear()
    console.stderr.cache_clear()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        forked.become(arguments, folder, environment)
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:  # as Python ends with any
        traceback.print_exc()
        return 1
    finally:
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            if stream is not None:
                stream.flush()
    return 0
