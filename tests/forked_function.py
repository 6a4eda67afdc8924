"""A function in a process of its own, forked from one that has the project's modules already, as
`tests.forked` forks the program."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

from tests import forked


class Function(forked.Started):
    """Of a module, called there; stdout and stderr are pipes of text."""

    def __init__(self, function: Callable[..., None], *arguments: Any) -> None:
        context = forked.forkserver()
        out, out_written = context.Pipe(duplex=False)
        err, err_written = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_call, args=(out_written, err_written, function, arguments)
        )
        self._process.start()
        for connection in (out_written, err_written):
            connection.close()
        self.args = [function.__qualname__, *map(str, arguments)]
        self.stdout, self.stderr = _text(out), _text(err)


def program(
    first: Callable[[], None], arguments: list[str], folder: Path, environment: dict[str, str]
) -> None:
    """`kampyn-perf`, in a process where something is done before: to be called by `Function`."""
    first()
    forked.become(arguments, folder, environment)


def _call(
    out: Connection, err: Connection, function: Callable[..., None], arguments: Sequence[Any]
) -> None:
    """In the forked process."""
    with Path(os.devnull).open() as nothing:
        for number, handle in enumerate((nothing.fileno(), out.fileno(), err.fileno())):
            os.dup2(handle, number)
    for connection in (out, err):
        connection.close()
    function(*arguments)


def _text(connection: Connection) -> IO[str]:
    handle = os.dup(connection.fileno())
    connection.close()
    return os.fdopen(handle, encoding="utf-8", errors="replace")
