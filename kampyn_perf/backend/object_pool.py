"""A bounded pool of objects that cost more to make than to keep (the document's object pool).

It pays for connections, and not for dictionaries: `docs/backend.md` has the measurement.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class ObjectPool(Generic[T]):
    """Keeps at most `max_size` objects that nobody uses. May be shared between threads."""

    def __init__(
        self,
        create: Callable[[], T],
        *,
        max_size: int = 100,
        reset: Callable[[T], None] = lambda _: None,
        discard: Callable[[T], None] = lambda _: None,
    ) -> None:
        """`reset` makes a used object as good as new; `discard` ends one there is no room for."""
        self._create = create
        self._max_size = max_size
        self._reset = reset
        self._discard = discard
        self._free: deque[T] = deque()

    def __len__(self) -> int:
        return len(self._free)

    def acquire(self) -> T:
        """One that was used before, the latest first, or a new one."""
        try:
            return self._free.pop()
        except IndexError:
            return self._create()

    def release(self, item: T) -> None:
        """Give back what `acquire` gave; not what is broken."""
        self._reset(item)
        self._free.append(item)
        self._bound(self._max_size)

    def close(self) -> None:
        """End all that nobody uses."""
        self._bound(0)

    def _bound(self, size: int) -> None:
        """The oldest go first. Other threads may do the same at this moment."""
        while len(self._free) > size:
            try:
                self._discard(self._free.popleft())
            except IndexError:
                return
