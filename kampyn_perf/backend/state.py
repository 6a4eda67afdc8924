"""The state folder: what lies where, and which backend runs on it."""

from __future__ import annotations

import fcntl
import os
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

import orjson
import psutil

from kampyn_perf import files
from kampyn_perf.errors import KampynError

DEFAULT = Path(".kampyn")


@dataclass(frozen=True)
class StateFolder:
    """Paths within one state folder."""

    root: Path

    @property
    def database(self) -> Path:
        """The embedded store."""
        return self.root / "backend.db"

    @property
    def data_file(self) -> Path:
        """Ids and credentials for a load; mode 0600."""
        return self.root / "data.json"

    @property
    def record(self) -> Path:
        """Which backend runs here: a `Running`, while it does."""
        return self.root / "backend.json"

    @property
    def secret(self) -> Path:
        """What signs the tokens; mode 0600."""
        return self.root / "token.secret"

    @property
    def logs(self) -> Path:
        """error.log, out.log and combined.log."""
        return self.root / "logs"

    @property
    def metrics(self) -> Path:
        """One file per worker, which /metrics adds up."""
        return self.root / "metrics"

    @property
    def limits(self) -> Path:
        """How often who asked, where no Redis counts it."""
        return self.root / "limits.table"

    def store_url(self, configured: str) -> str:
        """`configured`, or the embedded store of this folder."""
        return configured or f"sqlite:///{self.database}"

    def make(self) -> None:
        """Create what is missing. Raises KampynError where the folder cannot be written."""
        files.ensure_writable(
            self.root, hint="The bundled backend keeps its store there: name a place with --state."
        )
        self.logs.mkdir(exist_ok=True)

    def clear(self) -> None:
        """Forget the store and what belongs to it, and nothing else that may lie in the folder.

        Raises KampynError when a backend uses it, and where files of those names are not ours.
        """
        self._refuse_strangers()
        self.make()
        with self.lock():
            for ending in ("", "-wal", "-shm"):
                self.database.with_name(self.database.name + ending).unlink(missing_ok=True)
            for path in (self.data_file, self.record):
                path.unlink(missing_ok=True)

    def _refuse_strangers(self) -> None:
        """A folder in which no backend ever was may hold files of the user's with our names."""
        if self._lock_file.exists() or self.database.exists():
            return
        for path in (self.data_file, self.record):
            if path.exists():
                raise KampynError(
                    f"{self.root} is no state folder of a backend, and has a {path.name} in it "
                    "that would be lost",
                    hint="Choose another folder with --state; it is emptied.",
                )

    @property
    def _lock_file(self) -> Path:
        return self.root / "lock"

    def lock(self) -> IO[bytes]:
        """Claim the folder for this process, until the result is closed or the process ends.

        Raises KampynError when a backend has it.
        """
        handle = self._lock_file.open("ab")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            running = self.running()
            what = f"a backend (pid {running.pid}, {running.url})" if running else "another process"
            where = shlex.quote(str(self.root))
            raise KampynError(
                f"{what} already uses the state folder {self.root}",
                hint="Choose another folder with --state; or, if it is yours to stop: "
                f"kampyn-perf backend stop --state {where}",
            ) from None
        return handle

    def running(self) -> Running | None:
        """The backend that runs on this folder, if one does."""
        try:
            running = Running.parse(self.record.read_bytes())
        except (OSError, ValueError, TypeError):
            return None
        return running if running.alive() else None


@dataclass(frozen=True)
class WorkerRecord:
    """One worker process, for whoever watches it."""

    pid: int
    slot: int
    """Its place among the workers, from 1; a successor has the same."""
    started: float
    """Seconds since 1970."""
    restarts: int
    """How often this place was filled again since the backend started."""


@dataclass(frozen=True)
class Running:
    """A backend at work; `started` tells its process from a later one with the same number."""

    pid: int
    started: float
    url: str
    workers: list[WorkerRecord]
    redis: int | None
    store: str
    cache: str
    redis_socket: str = ""
    """`unix://...` of an embedded cache; empty without one."""

    @staticmethod
    def parse(data: bytes) -> Running:
        """What `write` wrote. Raises ValueError or TypeError for anything else."""
        fields = orjson.loads(data)
        workers = [WorkerRecord(**worker) for worker in fields.pop("workers", ())]
        return Running(**fields, workers=workers)

    def alive(self) -> bool:
        """Whether the process is still the one that wrote the record."""
        try:
            return abs(psutil.Process(self.pid).create_time() - self.started) < 1
        except psutil.Error:
            return False

    def write(self, path: Path) -> None:
        """Put the record at `path`."""
        files.write_whole(path, orjson.dumps(asdict(self)), durable=False)


def own_start() -> float:
    """When this process started, as `Running.started` means it."""
    return psutil.Process(os.getpid()).create_time()
