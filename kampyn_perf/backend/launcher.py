"""Start the bundled backend in processes of its own, and be sure that none is left behind.

The supervisor reads its command (one line of JSON) from stdin and answers with one line on stdout,
when it is ready or when it cannot be. It lives as long as its stdin is open: when the caller ends,
however it ends, the kernel closes the pipe and the backend stops.
"""

from __future__ import annotations

import http.client
import os
import selectors
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from urllib.parse import urlsplit

import orjson
import psutil

from kampyn_perf import files
from kampyn_perf.backend.settings import BackendSettings, SeedSettings
from kampyn_perf.backend.state import Running, StateFolder, WorkerRecord
from kampyn_perf.errors import ExitCode, KampynError

START_TIMEOUT = 120.0
"""Seconds until a backend that is neither ready nor dead is given up; seeding takes most of it."""


class RunningBackend:
    """A backend that this process started and has to stop; a context manager does."""

    def __init__(
        self, *, process: subprocess.Popen[bytes], url: str, state: StateFolder, log_path: Path
    ) -> None:
        self._process = process
        self._state = state
        self.url = url
        """Base URL without a slash at its end, as `http://127.0.0.1:5001`."""
        self.log_path = log_path
        self.data_file = state.data_file

    @property
    def workers(self) -> list[WorkerRecord]:
        """The workers as they are now, with how often each place was filled again."""
        running = self._state.running()
        return running.workers if running else []

    @property
    def pids(self) -> list[int]:
        """Of the workers; a respawned one has a new number."""
        return [worker.pid for worker in self.workers]

    @property
    def supervisor_pid(self) -> int:
        """The process that started the workers and the cache."""
        return self._process.pid

    @property
    def redis_pid(self) -> int | None:
        """The embedded cache, if there is one."""
        running = self._state.running()
        return running.redis if running else None

    @property
    def redis_socket(self) -> str:
        """`unix://...` of the embedded cache; empty if there is none."""
        running = self._state.running()
        return running.redis_socket if running else ""

    def alive(self) -> bool:
        """Whether the supervisor still runs."""
        return self._process.poll() is None

    def stop(self, timeout: float = 20.0) -> None:
        """Let requests in flight finish, then end every process; after `timeout` s, by force."""
        if self.alive():
            self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        _end(self._process)

    def __enter__(self) -> RunningBackend:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start(
    settings: BackendSettings,
    *,
    state_dir: Path,
    port: int = 0,
    seed: SeedSettings | None = None,
    log_path: Path | None = None,
    timeout: float = START_TIMEOUT,
) -> RunningBackend:
    """Seed if the store is empty, start, and return once /health answers 200.

    `port` 0 takes a free one. `seed` replaces `settings.seed`. What the processes write goes to
    `log_path` (default: `logs/backend.log` in the state folder). Raises KampynError: with the words
    of the backend where it says what is wrong, otherwise with the end of the log.
    """
    state = StateFolder(state_dir.absolute())
    state.make()
    log_path = log_path or state.logs / "backend.log"
    files.ensure_writable(log_path.parent)
    changed: dict[str, Any] = {"port": port} | ({"seed": seed} if seed else {})
    command = {
        "settings": settings.model_copy(update=changed).model_dump(mode="json"),
        "state": str(state.root),
    }
    with log_path.open("ab") as log:
        process = spawn_supervisor(log)
    try:
        deadline = time.monotonic() + timeout
        url = _handshake(process, command, deadline, log_path)
        _await_health(url, process, deadline, log_path)
    except BaseException:
        process.terminate()
        _end(process, grace=5)
        raise
    return RunningBackend(process=process, url=url, state=state, log_path=log_path)


def spawn_supervisor(log: IO[bytes]) -> subprocess.Popen[bytes]:
    """The process over the workers, which waits for its command; its stderr is `log`."""
    return subprocess.Popen(
        [sys.executable, "-m", "kampyn_perf.backend"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,  # Ctrl-C at the terminal is for the caller to answer
    )


def stop_running(state: StateFolder, *, timeout: float) -> Running | None:
    """Stop whatever backend runs on `state`; after `timeout` s by force. None: there was none."""
    running = state.running()
    if running is None:
        return None
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(running.pid)
        process.terminate()
        if not _ended_within(process, timeout):
            process.kill()
            _ended_within(process, 5)
    state.record.unlink(missing_ok=True)
    return running


def _ended_within(process: psutil.Process, seconds: float) -> bool:
    """Whether a process that need not be our child ends in time. A zombie has ended: that its
    parent has not asked after it yet is no concern of ours."""
    deadline = time.monotonic() + seconds
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _handshake(
    process: subprocess.Popen[bytes], command: dict[str, Any], deadline: float, log_path: Path
) -> str:
    line = b""
    if process.stdin and process.stdout:
        with suppress(BrokenPipeError):  # it died: its answer or its log says why
            process.stdin.write(orjson.dumps(command) + b"\n")
            process.stdin.flush()
        line = _read_line(process.stdout.fileno(), deadline)
    if not line:
        raise _not_up("the backend did not start", log_path)
    answer = orjson.loads(line)
    if "error" in answer:
        error = answer["error"]
        raise KampynError(error["message"], code=ExitCode(error["code"]), hint=error["hint"])
    return str(answer["url"])


def _read_line(handle: int, deadline: float) -> bytes:
    """A line, or what came of it before the end of the stream or the deadline."""
    data = b""
    with selectors.DefaultSelector() as selector:
        selector.register(handle, selectors.EVENT_READ)
        while not data.endswith(b"\n"):
            if not selector.select(max(0.0, deadline - time.monotonic())):
                return b""
            part = os.read(handle, 65536)
            if not part:
                return b""
            data += part
    return data


def _await_health(
    url: str, process: subprocess.Popen[bytes], deadline: float, log_path: Path
) -> None:
    said = "nothing"
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise _not_up("the backend ended while it was starting", log_path)
        try:
            status, body = _get(url, "/health")
        except OSError as error:
            said = str(error)
        else:
            if status == 200:
                return
            said = f"{status}: {body[:300].decode(errors='replace')}"
        time.sleep(0.02)
    raise _not_up(f"the backend is not healthy; /health answered {said}", log_path)


def _get(url: str, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP answer: {error}") from error
    finally:
        connection.close()


def _not_up(message: str, log_path: Path) -> KampynError:
    with suppress(OSError):
        lines = log_path.read_text(errors="replace").splitlines()[-15:]
        message += f"; the end of {log_path}:\n" + "\n".join(f"  {line}" for line in lines)
    return KampynError(message, code=ExitCode.UNREACHABLE)


def _end(process: subprocess.Popen[bytes], *, grace: float = 0) -> None:
    """End `process` by force if need be; its workers and its cache end with it (`parent_death`)."""
    try:
        process.wait(grace or 0.01)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
