"""The worker processes: started, replaced, stopped."""

from __future__ import annotations

import logging
import os
import select
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field

import orjson
import psutil

from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.backend.state import StateFolder
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.units import format_size

_READY_TIMEOUT = 60.0
_LOOK_AT_MEMORY = 5.0
_SHORT_LIFE = 5.0
"""Seconds: a worker that dies younger is replaced after a pause that doubles."""
_PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0)
_log = logging.getLogger("kampyn.supervisor")


@dataclass
class _Worker:
    """One process, and how its place has fared."""

    process: subprocess.Popen[bytes]
    ready: int | None
    """A pipe that carries one byte when it accepts requests."""
    born: float = field(default_factory=time.monotonic)

    def await_ready(self, seconds: float) -> bool:
        """Whether it says so in time; one that dies closes the pipe without a word."""
        if self.ready is None:
            return True
        readable, _, _ = select.select([self.ready], [], [], seconds)
        says_so = bool(readable) and os.read(self.ready, 1) == b"r"
        self.close()
        return says_so

    def close(self) -> None:
        """Listen no more."""
        if self.ready is not None:
            os.close(self.ready)
            self.ready = None


@dataclass
class _Place:
    """Where a worker belongs; `failures` counts those in a row that died young."""

    worker: _Worker | None = None
    failures: int = 0
    retry_at: float = 0.0


class WorkerPool:
    """So many workers, all on one listening socket."""

    def __init__(
        self,
        *,
        settings: BackendSettings,
        state: StateFolder,
        cache_url: str,
        secret: str,
        listener: socket.socket,
    ) -> None:
        self._settings = settings
        self._listener = listener
        self._order = {
            "settings": settings.model_dump(mode="json"),
            "state": str(state.root),
            "cache": cache_url,
            "secret": secret,
            "socket": listener.fileno(),
            "parent": os.getpid(),
        }
        self._places = [_Place() for _ in range(settings.worker_count())]
        self._leaving: list[_Worker] = []
        self._memory_at = 0.0

    @property
    def pids(self) -> list[int]:
        """Those that serve, in the order of their places."""
        return [place.worker.process.pid for place in self._places if place.worker]

    def start(self) -> None:
        """Start all and wait until all accept. Raises KampynError if one does not."""
        for place in self._places:
            place.worker = self._spawn()
        for place in self._places:
            if place.worker is None or not place.worker.await_ready(_READY_TIMEOUT):
                raise KampynError(
                    "a worker did not start; the log says why",
                    code=ExitCode.UNREACHABLE,
                    hint=f"See {self._order['state']}/logs/error.log.",
                )

    def look_after(self) -> None:
        """Replace the dead, and those that grew too large."""
        now = time.monotonic()
        for number, place in enumerate(self._places):
            self._look_after(number, place, now)
        if now >= self._memory_at:
            self._memory_at = now + _LOOK_AT_MEMORY
            for number, place in enumerate(self._places):
                self._look_at_memory(number, place)
        self._leaving = [worker for worker in self._leaving if worker.process.poll() is None]

    def stop(self) -> None:
        """Let all finish what they have in flight, then end those that do not."""
        workers = [place.worker for place in self._places if place.worker] + self._leaving
        for worker in workers:
            worker.process.terminate()
        deadline = time.monotonic() + self._settings.process.shutdown / 1e6 + 1
        for worker in workers:
            with suppress(subprocess.TimeoutExpired):
                worker.process.wait(max(0.01, deadline - time.monotonic()))
            if worker.process.poll() is None:
                _log.warning("Worker %d did not finish in time", worker.process.pid)
                worker.process.kill()
                worker.process.wait()

    def _look_after(self, number: int, place: _Place, now: float) -> None:
        worker = place.worker
        if worker is not None and (code := worker.process.poll()) is not None:
            young = now - worker.born < _SHORT_LIFE
            place.failures = place.failures + 1 if young else 0
            place.retry_at = now + _PAUSES[min(place.failures, len(_PAUSES) - 1)]
            worker.close()
            place.worker = None
            _log.error("Worker %d died (%s)", worker.process.pid, _words(code))
        if place.worker is None and now >= place.retry_at:
            place.worker = self._spawn()
            _log.info("Worker %d takes place %d", place.worker.process.pid, number + 1)

    def _look_at_memory(self, number: int, place: _Place) -> None:
        """The document's `max_memory_restart`: the next one first, then the old one may finish."""
        worker = place.worker
        if worker is None:
            return
        with suppress(psutil.Error):
            used = psutil.Process(worker.process.pid).memory_info().rss
            if used <= self._settings.process.max_memory:
                return
            _log.warning(
                "Worker %d uses %s; another one takes its place %d",
                worker.process.pid,
                format_size(used),
                number + 1,
            )
            successor = self._spawn()
            if not successor.await_ready(_READY_TIMEOUT):
                successor.process.kill()
                successor.process.wait()
                return
            place.worker = successor
            worker.process.terminate()
            self._leaving.append(worker)

    def _spawn(self) -> _Worker:
        ready, said = os.pipe()
        process = subprocess.Popen(
            [sys.executable, "-m", "kampyn_perf.backend.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(self._listener.fileno(), said),
        )
        os.close(said)
        if process.stdin:
            with suppress(BrokenPipeError):
                process.stdin.write(orjson.dumps(self._order | {"ready": said}) + b"\n")
                process.stdin.close()
        return _Worker(process, ready)


def _words(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
