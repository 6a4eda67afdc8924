"""A notice for a program of the user's: JSON on its stdin, a bounded time, no shell."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import threading
from typing import IO

from kampyn_perf.alerts.actions.delivery import DeliveryError

_LAST_BYTES = 200
"""Of what a failing program said."""


class Command:
    """Runs one program for every notice."""

    attempts = 1
    """A program that failed may have done half of its work: it is not for us to do that twice."""

    def __init__(self, arguments: tuple[str, ...], *, timeout: float) -> None:
        """`timeout` in seconds."""
        self._arguments = list(arguments)
        self._timeout = timeout
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._over = False

    def deliver(self, number: int, body: bytes) -> None:  # noqa: ARG002 (the receiver's port)
        """Run it to its end, or to the end of its time. Raises DeliveryError."""
        # Files and not pipes: nothing that the program leaves running can hold them open for us.
        with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as stderr:
            stdin.write(body)
            stdin.seek(0)
            code = self._run(stdin, stderr)
            if code:
                said = _end_of(stderr)
                words = f"{self._arguments[0]} ended with {code}" + (f": {said}" if said else "")
                raise DeliveryError(words, again=False)

    def cancel(self) -> None:
        """End what is running."""
        with self._lock:
            self._over = True
            if self._process is not None:
                _kill(self._process)

    def _run(self, stdin: IO[bytes], stderr: IO[bytes]) -> int:
        process = self._begin(stdin, stderr)
        try:
            return process.wait(self._timeout)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.wait()
            raise DeliveryError(
                f"{self._arguments[0]} took longer than {self._timeout:g} s and was ended",
                again=False,
            ) from None
        finally:
            with self._lock:
                self._process = None

    def _begin(self, stdin: IO[bytes], stderr: IO[bytes]) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._over:
                raise DeliveryError("the end had come", again=False)
            try:
                self._process = subprocess.Popen(
                    self._arguments,
                    stdin=stdin,
                    stdout=subprocess.DEVNULL,
                    stderr=stderr,
                    start_new_session=True,  # Ctrl-C is for us; its children end together with it
                )
            except OSError as error:
                raise DeliveryError(
                    f"{self._arguments[0]} cannot be run: {error.strerror or error}", again=False
                ) from error
            return self._process


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _end_of(file: IO[bytes]) -> str:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _LAST_BYTES))
    return file.read().decode("utf-8", errors="replace").strip()
