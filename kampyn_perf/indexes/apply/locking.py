"""One changer of indexes at a time: the lock of every database that a run changes. Microseconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self, TypeVar

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.model.ports import Lock, Locker, ServerRefusal

_D = TypeVar("_D")
TTL_US = 60_000_000
"""How long a killed run holds up the next one."""
RENEW_US = TTL_US // 3


class Locks:
    """The locks of some databases, taken together, kept by `keep`, given back at the end."""

    def __init__(
        self, *, databases: Iterable[Locker], owner: str, clock: Callable[[], int]
    ) -> None:
        """`clock` is monotonic; the expiry itself goes by the servers' clocks."""
        self._databases = tuple(databases)
        self._owner = owner
        self._clock = clock
        self._held: list[tuple[Locker, Lock]] = []
        self._renewed = 0

    def __enter__(self) -> Self:
        try:
            for database in self._databases:
                self._held.append((database, database.acquire_lock(self._owner, TTL_US)))
        except BaseException:
            self._release()
            raise
        self._renewed = self._clock()
        return self

    def keep(self) -> None:
        """Renew them, if it is time. Raises KampynError where one was lost."""
        if self._clock() - self._renewed < RENEW_US:
            return
        self._held = [
            (database, database.renew_lock(lock, TTL_US)) for database, lock in self._held
        ]
        self._renewed = self._clock()

    def keeping(self, database_of: Callable[[str], _D]) -> Callable[[str], _D]:
        """`database_of`, renewing them each time that it is called."""

        def kept(collection: str) -> _D:
            self.keep()
            return database_of(collection)

        return kept

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._release()

    def _release(self) -> None:
        """A lock that cannot be given back expires; that must not hide why the run ended."""
        while self._held:
            database, lock = self._held.pop()
            try:
                database.release_lock(lock)
            except (ServerRefusal, KampynError):
                continue
