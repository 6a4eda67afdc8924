"""An SQLite file that is locked, or moved away. A process that ends gives its locks back."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import struct
import threading
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from kampyn_perf.errors import KampynError
from kampyn_perf.faults.actions.processes import Beat
from kampyn_perf.faults.actions.traces import Moved, Traces, bring_home

_WAIT_SECONDS = 5.0
"""For a lock, while others have it."""
_SHM_LOCKS = (120, *range(123, 128))
"""Bytes of the `-shm` file that stand for the writer and for readers' marks (sqlite.org, "WAL-mode
file format", 2.3)."""
_TRY_SECONDS = 0.0005


class Lock:
    """No write gets through; reads go on."""

    traces = Traces()

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

    traces = Traces()

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


class Stall:
    """Neither reads nor writes get through: the locks that stand for both are held, in the file
    that the processes of one database share (`-shm`)."""

    traces = Traces()

    def __init__(self, path: Path) -> None:
        """Raises KampynError where the system has no such locks."""
        if not hasattr(fcntl, "F_OFD_SETLK"):
            raise KampynError("an SQLite file can only be made to stall on Linux")
        self._path = path.with_name(path.name + "-shm")
        self._file: int | None = None

    def begin(self) -> None:
        """Raises OSError where nobody has the database open, or is reading for too long."""
        self._file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        until = time.monotonic() + _WAIT_SECONDS
        for byte in _SHM_LOCKS:
            while not self._taken(byte):
                if time.monotonic() > until:
                    raise TimeoutError(f"{self._path.name} is read without a pause")
                time.sleep(_TRY_SECONDS)

    def end(self) -> None:
        if self._file is not None:
            os.close(self._file)  # its locks go with it
            self._file = None

    def _taken(self, byte: int) -> bool:
        assert self._file is not None  # noqa: S101 (begin has opened it)
        # struct flock: type, whence, start, length, pid. Of the open file, not of the process: a
        # connection of this process to the same database keeps its own.
        wanted = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, byte, 1, 0)
        try:
            fcntl.fcntl(self._file, fcntl.F_OFD_SETLK, wanted)
        except (BlockingIOError, PermissionError):
            return False
        return True


class MovedAway:
    """The file has another name meanwhile: whoever looks for it finds none."""

    def __init__(self, path: Path) -> None:
        home = path.absolute()
        self._moved = Moved(str(home), str(home.with_name(f"{home.name}.away-{uuid4().hex[:8]}")))
        self.traces = Traces(moved=(self._moved,))

    def begin(self) -> None:
        """Raises OSError."""
        Path(self._moved.home).rename(self._moved.away)

    def end(self) -> None:
        """Raises FileExistsError where another file has the name now."""
        bring_home(self._moved)
