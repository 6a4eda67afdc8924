"""Somebody else holds the writer's lock of an SQLite file. A process that ends gives it back."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

from kampyn_perf.faults.actions.processes import Beat, Victim

_WAIT_SECONDS = 5.0
"""For the lock, while others write."""


class Lock:
    """No write gets through; reads go on."""

    paused: tuple[Victim, ...] = ()

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Raises sqlite3.Error where there is no such file, or no lock to be had in time."""
        with self._lock:
            uri = f"{self._path.absolute().as_uri()}?mode=rw"
            connection = sqlite3.connect(
                uri, uri=True, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.Error:
                connection.close()
                raise
            self._connection = connection

    def end(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.execute("ROLLBACK")
                self._connection.close()
                self._connection = None


class SlowWrites:
    """The lock is held for `by_us` again and again, with a tenth of that between."""

    paused: tuple[Victim, ...] = ()

    def __init__(self, path: Path, *, by_us: int) -> None:
        self._hold = Lock(path)
        self._beat = Beat(self._try, self._hold.end, by_us=by_us)

    def begin(self) -> None:
        """Raises sqlite3.Error where it cannot be done at all."""
        self._hold.begin()
        self._hold.end()
        self._beat.start()

    def end(self) -> None:
        self._beat.stop()

    def _try(self) -> None:
        with suppress(sqlite3.Error):  # busy for longer than we wait: slow enough
            self._hold.begin()
