"""The line between the generator and its supervisor: one JSON object per line, each way.

The generator speaks on what was its stdout when it started (prints of a scenario go to stderr) and
listens on stdin. When the supervisor is gone stdin ends, and so does the generator.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import gevent
import orjson
from gevent.os import make_nonblocking, nb_read, nb_write

STOP = b"stop"
"""No more arrivals; let sessions in flight finish."""
ABORT = b"abort"
"""Cut everything now, and report."""


class Link:
    """The generator's end."""

    def __init__(self) -> None:
        self._out = os.dup(1)
        os.dup2(2, 1)
        make_nonblocking(self._out)
        make_nonblocking(0)
        self._rest = b""

    def read_line(self) -> bytes:
        """The next line of the supervisor, without its end; empty when it is gone."""
        while b"\n" not in self._rest:
            try:
                part = nb_read(0, 65536)
            except OSError:
                part = b""
            if not part:
                return b""
            self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def send(self, kind: str, **fields: Any) -> None:
        """Tell the supervisor; without a supervisor there is nobody to report to, and no point."""
        data = memoryview(orjson.dumps({"type": kind, **fields}) + b"\n")
        try:
            while data:
                data = data[nb_write(self._out, data) :]
        except OSError:
            os._exit(1)

    def listen(self, on_line: Callable[[bytes], None], on_gone: Callable[[], None]) -> None:
        """Call `on_line` for every line to come, in a greenlet of its own."""

        def loop() -> None:
            while line := self.read_line():
                on_line(line)
            on_gone()

        gevent.spawn(loop)
