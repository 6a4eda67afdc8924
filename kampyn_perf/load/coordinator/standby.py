"""A generator that is started before it is known what it will run.

Its imports (Locust, gevent) take longer than reading and checking a configuration: both are done at
once. Imports next to nothing itself, so that it can come first.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from kampyn_perf.load.coordinator.child import GENERATOR, Child


class Standby:
    """A context manager: at its end the generator is killed, unless a run has taken it."""

    def __init__(self) -> None:
        self._log: IO[bytes] | None = None
        self._child: Child | None = None
        with suppress(OSError):  # no room, no process: the run tells, when it starts its own
            self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed by close)
            self._child = Child(GENERATOR, log=self._log)

    def __enter__(self) -> Standby:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def take(self, log_path: Path) -> Child | None:
        """The generator, whose log is `log_path` now; it is the caller's to close. None where
        there is none, or none any more."""
        child, self._child = self._child, None
        if child:
            child.move_log(log_path)
        return child

    def close(self) -> None:
        """Nobody needs it any more."""
        if self._child:
            self._child.kill()
            self._child.close()
            self._child = None
        if self._log:
            self._log.close()
