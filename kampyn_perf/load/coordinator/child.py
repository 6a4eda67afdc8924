"""A child process that speaks in JSON lines, as the coordinator holds it. No gevent here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import orjson

GENERATOR = "kampyn_perf.load.generator"
"""The module of a generator's process."""
LOG_TO = "LogTo"
"""`messages.LogTo`, which is not imported here: a child is started before anything else is."""
_END_SECONDS = 5
_PIECE = 1 << 20
"""Bytes that are read at once, and that its pipe holds where the system permits: a second's report
is sent without waiting until it is read."""


class Child:
    """`python -m <module>`, started at once, with its stderr in a log."""

    def __init__(
        self, module: str, *arguments: str, log: IO[bytes], log_path: Path | None = None
    ) -> None:
        """Without a path `log` is a file for the time being, until `move_log`."""
        self._first_log = None if log_path else log
        self._log_path = log_path
        self._rest = b""
        self._process = spawn(module, *arguments, log=log)
        _widen(self.fileno())

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def fileno(self) -> int:
        """What a selector watches."""
        assert self._process.stdout is not None  # noqa: S101 (a pipe was asked for)
        return self._process.stdout.fileno()

    def send(self, message: dict[str, Any]) -> None:
        """One line to its stdin. If it is dead, the end of its output will say so."""
        assert self._process.stdin is not None  # noqa: S101 (a pipe was asked for)
        with suppress(BrokenPipeError, ValueError):
            self._process.stdin.write(orjson.dumps(message) + b"\n")
            self._process.stdin.flush()

    def receive(self) -> list[dict[str, Any]] | None:
        """Whole lines that have come, when `fileno` is readable; None at the end of its output."""
        part = os.read(self.fileno(), _PIECE)
        if not part:
            return None
        *lines, self._rest = (self._rest + part).split(b"\n")
        return [orjson.loads(line) for line in lines]

    def how_it_ended(self) -> str:
        """`ended by SIGKILL`, or with which code, and the last line of its log."""
        code = self._process.wait()
        with suppress(OSError):
            self._save_first_log()
        words = f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        with suppress(OSError):
            text = self._log_path.read_text(errors="replace") if self._log_path else ""
            tail = text.strip().splitlines()[-1:]
            words += f": {tail[0]}" if tail else ""
        return words

    def move_log(self, path: Path) -> None:
        """Its log is this file from now on, with what it has written so far.

        The child moves it, when it comes to reading this; `how_it_ended` does for one that never
        came so far.
        """
        self._log_path = path.absolute()
        self.send({"type": LOG_TO, "path": str(self._log_path)})

    def _save_first_log(self) -> None:
        if self._first_log is None or self._log_path is None:
            return
        self._first_log.seek(0)
        if left := self._first_log.read():
            with self._log_path.open("ab") as log:
                log.write(left)
            self._first_log.truncate(0)

    def kill(self) -> None:
        """At once."""
        self._process.kill()

    def close(self) -> None:
        """Make sure that it is gone: it ends when its stdin does, or else by force."""
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()


def spawn(module: str, *arguments: str, log: IO[bytes]) -> subprocess.Popen[bytes]:
    """`python -m <module>` on pipes, with `log` as its stderr."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,  # Ctrl-C at the terminal is the coordinator's to answer
    )


def _widen(pipe: int) -> None:
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIECE)
