"""The worker processes: started, replaced, stopped."""

from __future__ import annotations

import itertools
import logging
import os
import select
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field

import psutil

from kampyn_perf.backend import metric_files
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.backend.state import StateFolder, WorkerRecord
from kampyn_perf.backend.worker_process import (
    WorkerProcess,
    can_fork,
    fork_worker,
    prepare_to_fork,
    spawn_worker,
)
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.units import format_size

_READY_TIMEOUT = 60.0
_MEMORY_CHECK_INTERVAL = 5.0
_SHORT_LIFE = 5.0
"""Seconds: a worker that dies younger is replaced after a pause that grows."""
_RESTART_PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0)
"""Seconds, by how many in a row died young."""
_log = logging.getLogger("kampyn.supervisor")


@dataclass
class _Worker:
    """One process."""

    process: WorkerProcess
    ready: int | None
    """A pipe that carries one byte when it accepts requests."""
    metrics_id: int
    """Of its metric files; its successor's once it is gone."""
    born: float = field(default_factory=time.monotonic)
    started: float = field(default_factory=time.time)

    def await_ready(self, seconds: float) -> bool:
        """Whether it says so in time; one that dies closes the pipe without a word."""
        if self.ready is None:
            return True
        readable, _, _ = select.select([self.ready], [], [], seconds)
        is_ready = bool(readable) and os.read(self.ready, 1) == b"r"
        self.close()
        return is_ready

    def close(self) -> None:
        """Listen no more."""
        if self.ready is not None:
            os.close(self.ready)
            self.ready = None


@dataclass
class _Slot:
    """The place of one worker, and how it has fared."""

    number: int
    worker: _Worker | None = None
    restarts: int = -1
    """How often it was filled again; -1: it never was filled."""
    died_young: int = 0
    """How many in a row."""
    retry_at: float = 0.0

    def fill(self, worker: _Worker) -> None:
        """Put `worker` here."""
        self.worker = worker
        self.restarts += 1


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
        may_fork: bool = False,
    ) -> None:
        """`may_fork`: this process is for serving alone, and workers may be copies of it."""
        self._settings = settings
        self._may_fork = may_fork
        self._metrics_folder = state.metrics
        self._listener = listener
        self._command = {
            "settings": settings.model_dump(mode="json"),
            "state": str(state.root),
            "cache": cache_url,
            "secret": secret,
            "socket": listener.fileno(),
            "parent": os.getpid(),
        }
        self._slots = [_Slot(number) for number in range(1, settings.worker_count() + 1)]
        self._leaving: list[_Worker] = []
        self._next_memory_check = 0.0

    @property
    def records(self) -> list[WorkerRecord]:
        """The workers that serve, in the order of their slots."""
        return [
            WorkerRecord(slot.worker.process.pid, slot.number, slot.worker.started, slot.restarts)
            for slot in self._slots
            if slot.worker
        ]

    def start(self) -> None:
        """Start all and wait until all accept. Raises KampynError if one does not."""
        self._may_fork = self._may_fork and can_fork()
        if self._may_fork:
            prepare_to_fork(self._settings, cached=bool(self._command["cache"]))
        for slot in self._slots:
            slot.fill(self._start())
        for slot in self._slots:
            if slot.worker is None or not slot.worker.await_ready(_READY_TIMEOUT):
                raise KampynError(
                    "a worker did not start; the log says why",
                    code=ExitCode.UNREACHABLE,
                    hint=f"See {self._command['state']}/logs/error.log.",
                )

    def look_after(self) -> None:
        """Replace the dead, and those that grew too large."""
        now = time.monotonic()
        for slot in self._slots:
            self._look_after(slot, now)
        if now >= self._next_memory_check:
            self._next_memory_check = now + _MEMORY_CHECK_INTERVAL
            for slot in self._slots:
                self._check_memory(slot)
        for worker in [left for left in self._leaving if left.process.poll() is not None]:
            self._leaving.remove(worker)
            metric_files.forget_gauges(self._metrics_folder, worker.metrics_id)

    def stop(self) -> None:
        """Let all finish what they have in flight, then end those that do not."""
        workers = [slot.worker for slot in self._slots if slot.worker] + self._leaving
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

    def _look_after(self, slot: _Slot, now: float) -> None:
        worker = slot.worker
        if worker is not None and (code := worker.process.poll()) is not None:
            young = now - worker.born < _SHORT_LIFE
            slot.died_young = slot.died_young + 1 if young else 0
            pause = _RESTART_PAUSES[min(slot.died_young, len(_RESTART_PAUSES) - 1)]
            slot.retry_at = now + pause
            worker.close()
            slot.worker = None
            metric_files.forget_gauges(self._metrics_folder, worker.metrics_id)
            _log.error("Worker %d died (%s)", worker.process.pid, _ending(code))
        if slot.worker is None and now >= slot.retry_at:
            successor = self._start()
            slot.fill(successor)
            _log.info("Worker %d takes place %d", successor.process.pid, slot.number)

    def _check_memory(self, slot: _Slot) -> None:
        """The document's `max_memory_restart`: the next one first, then the old one may finish."""
        worker = slot.worker
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
                slot.number,
            )
            successor = self._start()
            if not successor.await_ready(_READY_TIMEOUT):
                successor.process.kill()
                successor.process.wait()
                return
            slot.fill(successor)
            worker.process.terminate()
            self._leaving.append(worker)

    def _start(self) -> _Worker:
        ready, told = os.pipe()
        metrics_id = self._free_metrics_id()
        command = self._command | {"ready": told, "metrics_id": metrics_id}
        start = fork_worker if self._may_fork and can_fork() else spawn_worker
        process = start(command, (self._listener.fileno(), told))
        os.close(told)
        return _Worker(process, ready, metrics_id)

    def _free_metrics_id(self) -> int:
        """The lowest that no living worker has."""
        alive = [slot.worker for slot in self._slots if slot.worker] + self._leaving
        taken = {worker.metrics_id for worker in alive}
        return next(number for number in itertools.count(1) if number not in taken)


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
