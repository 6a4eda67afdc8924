"""Counts that the workers of one machine share without a server: a table in a mapped file.

A storage for the `limits` library, for when there is no Redis or it died. The table is of fixed
size: a flood of addresses pushes out counts that would soon end, and takes no memory.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from limits.aio.storage import Storage

from kampyn_perf.backend.reserved_files import reserve_file

_SLOT = struct.Struct("=QdQ")
"""The key's digest, when its window ends (seconds since 1970), how many came."""
_SLOTS = 1 << 16
_PROBES = 16
"""Slots in which a key may stand."""


class SharedCounters(Storage):  # type: ignore[misc]
    """Fixed windows. One lock for the table, held for microseconds, which ends with its process."""

    STORAGE_SCHEME = None

    def __init__(self, *, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Raises OSError where there is no room for the table."""
        super().__init__()
        self._clock = clock
        reserve_file(path, _SLOTS * _SLOT.size)
        self._file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self._table = mmap.mmap(self._file, _SLOTS * _SLOT.size)

    @property
    def base_exceptions(self) -> type[Exception]:
        return OSError

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        with self._locked():
            place, digest, ends, count = self._find(key)
            if not count:
                ends = self._clock() + expiry
            count += amount
            _SLOT.pack_into(self._table, place, digest, ends, count)
        return count

    async def get(self, key: str) -> int:
        with self._locked():
            return self._find(key)[3]

    async def get_expiry(self, key: str) -> float:
        with self._locked():
            _, _, ends, count = self._find(key)
        return ends if count else self._clock()

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        with self._locked():
            self._table[:] = bytes(len(self._table))
        return None

    async def clear(self, key: str) -> None:
        with self._locked():
            place, _, _, _ = self._find(key)
            _SLOT.pack_into(self._table, place, 0, 0.0, 0)

    def close(self) -> None:
        """Let go of the file; the counts stay in it."""
        self._table.close()
        os.close(self._file)

    def _find(self, key: str) -> tuple[int, int, float, int]:
        """The slot of `key` with what it holds; else one that is free, or the one to end first."""
        digest = int.from_bytes(blake2b(key.encode(), digest_size=8).digest(), "little")
        now = self._clock()
        soonest, choice = float("inf"), 0
        for probe in range(_PROBES):
            place = (digest + probe) % _SLOTS * _SLOT.size
            kept, ends, count = _SLOT.unpack_from(self._table, place)
            if kept == digest and ends > now:
                return place, digest, ends, count
            ends = ends if ends > now else 0.0
            if ends < soonest:
                soonest, choice = ends, place
        return choice, digest, 0.0, 0

    @contextmanager
    def _locked(self) -> Iterator[None]:
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
