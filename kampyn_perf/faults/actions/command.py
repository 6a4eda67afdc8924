"""Commands of the user's own: one begins the fault, one undoes it. No shell, a bounded time."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress

from kampyn_perf.faults.actions.traces import Traces

_SECONDS = 30.0
_LAST_BYTES = 200
"""Of what a failing program said."""


class Command:
    """`stop` runs whatever became of `start`: it may have done half of its work."""

    traces = Traces()

    def __init__(self, start: Sequence[str], stop: Sequence[str]) -> None:
        self._start, self._stop = start, stop

    def begin(self) -> None:
        run_bounded(self._start)

    def end(self) -> None:
        run_bounded(self._stop)


def run_bounded(
    arguments: Sequence[str], *, seconds: float = _SECONDS, cwd: str | None = None
) -> None:
    """Run it to its end, or to the end of its time. Raises OSError with words for what failed."""
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(
                list(arguments),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=cwd,
                start_new_session=True,  # Ctrl-C is for us
            )
        except OSError as error:
            raise OSError(f"{arguments[0]} cannot be run: {error.strerror or error}") from error
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise OSError(f"{arguments[0]} took longer than {seconds:g} s and was ended") from None
        if code:
            size = said.seek(0, os.SEEK_END)
            said.seek(max(0, size - _LAST_BYTES))
            words = said.read().decode(errors="replace").strip()
            raise OSError(f"{arguments[0]} ended with {code}" + (f": {words}" if words else ""))
