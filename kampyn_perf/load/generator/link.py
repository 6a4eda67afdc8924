"""The line between a generator and its coordinator: one JSON object per line, each way.

The generator speaks on what was its stdout when it started (prints of a scenario go to stderr) and
listens on stdin. When the coordinator is gone stdin ends, and so does the generator.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

import gevent
import orjson
from gevent.lock import BoundedSemaphore
from gevent.os import make_nonblocking, nb_read, nb_write

from kampyn_perf.load.messages import Command, FromRelay, LogTo, Report, from_wire, to_wire
from kampyn_perf.parent_death import die_with_parent


class Line(Protocol):
    """A generator's way to its coordinator, whatever lies between them."""

    def read(self) -> Command | None:
        """The next command; None when the coordinator is gone."""

    def send(self, report: Report) -> None:
        """Tell the coordinator."""


def follow(
    read: Callable[[], Any],
    on_message: Callable[[Any], None],
    on_gone: Callable[[], None],
) -> None:
    """Call `on_message` for everything that comes, in a greenlet of its own."""

    def loop() -> None:
        while (message := read()) is not None:
            on_message(message)
        on_gone()

    gevent.spawn(loop)


class ParentPipes:
    """JSON lines over the pipes of a child process."""

    def __init__(self) -> None:
        # Even one that hangs in a scenario's endless loop must not outlive its parent.
        die_with_parent()
        self._out = os.dup(1)
        os.dup2(2, 1)
        make_nonblocking(self._out)
        make_nonblocking(0)
        self._rest = b""
        self._one_at_a_time = BoundedSemaphore(1)

    def read(self) -> Any | None:
        """The next message; None when the parent is gone."""
        while isinstance(message := self._read_any(), LogTo):
            _move_log(message.path)
        return message

    def _read_any(self) -> Any | None:
        while b"\n" not in self._rest:
            try:
                part = nb_read(0, 65536)
            except OSError:
                part = b""
            if not part:
                return None
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return from_wire(orjson.loads(line))

    def send(self, message: Report | FromRelay) -> None:
        """Tell the parent; without one there is nobody to report to, and no point."""
        self.send_raw(orjson.dumps(to_wire(message), option=orjson.OPT_APPEND_NEWLINE))

    def send_raw(self, line: bytes) -> None:
        """Send what is JSON already, with its end of line."""
        data = memoryview(line)
        try:
            with self._one_at_a_time:  # writing may give way, and lines must not mix
                while data:
                    data = data[nb_write(self._out, data) :]
        except OSError:
            os._exit(1)


def _move_log(path: str) -> None:
    """What stderr was so far is a file of its beginning; stdout is the same one by now."""
    with suppress(OSError), open(path, "ab", buffering=0) as log:  # noqa: PTH123
        log.write(os.pread(2, os.fstat(2).st_size, 0))
        os.ftruncate(2, 0)
        for stream in (1, 2):
            os.dup2(log.fileno(), stream)
