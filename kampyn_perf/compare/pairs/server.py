"""A server that is started by a command: until it answers, and until it is gone."""

from __future__ import annotations

import http.client
import os
import shlex
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from kampyn_perf import parent_death
from kampyn_perf.compare.pairs.arms import ServerCommand
from kampyn_perf.errors import KampynError, UnreachableError

_POLL_S = 0.1
_STOP_S = 10.0
_TAIL = 2_000


@contextmanager
def running(server: ServerCommand, *, folder: Path | None = None) -> Iterator[str]:
    """Its URL, while it runs in `folder`, or else in the current one. It and all that it started
    are stopped at the end.

    Raises KampynError for a command that cannot be started, UnreachableError for a server that does
    not become ready.
    """
    port = _free_port()
    words = [word.replace("{port}", str(port)) for word in shlex.split(server.command)]
    if not words:
        raise KampynError("the command that starts the server is empty")
    with tempfile.TemporaryFile() as log:
        try:
            process = subprocess.Popen(
                parent_death.wrap(words),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PORT": str(port)},
                start_new_session=True,
                preexec_fn=parent_death.die_with_parent,  # noqa: PLW1509 - no threads before it
            )
        except OSError as error:
            raise KampynError(
                f"cannot start {words[0]!r}: {error.strerror or error}",
                hint=f"The command is: {server.command}",
            ) from error
        try:
            _wait(process, server, port, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(process)


def _wait(
    process: subprocess.Popen[bytes], server: ServerCommand, port: int, log: IO[bytes]
) -> None:
    deadline = time.monotonic() + server.ready_s
    while time.monotonic() < deadline:
        if (code := process.poll()) is not None:
            raise UnreachableError(
                f"the server ended with {code} before it was ready: {server.command}",
                hint=_last_words(log),
            )
        if _answers(port, server.health):
            return
        time.sleep(_POLL_S)
    raise UnreachableError(
        f"the server did not answer {server.health} within {server.ready_s:g} s: {server.command}",
        hint=_last_words(log) or "It has to listen on {port} of 127.0.0.1.",
    )


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < http.HTTPStatus.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Its whole group: first asked, then made."""
    for number, wait_s in ((signal.SIGTERM, _STOP_S), (signal.SIGKILL, _STOP_S)):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(wait_s)
            if number is signal.SIGTERM:
                continue  # what it started may outlive it: SIGKILL for the rest of the group
            return


def _last_words(log: IO[bytes]) -> str:
    with suppress(OSError):
        size = log.seek(0, os.SEEK_END)
        log.seek(max(0, size - _TAIL))
        text = log.read().decode(errors="replace").strip()
        return f"It said: {text}" if text else ""
    return ""


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
