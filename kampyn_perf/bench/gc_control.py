"""The state of the process while a case is measured: garbage collection held, disturbances counted.

A collection in the middle of a call is somebody else's bill (the garbage of earlier calls), so the
collector is off by default, after one full collection, as in `timeit`.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

try:
    import resource
except ImportError:  # pragma: no cover - not on Windows
    resource = None  # type: ignore[assignment]


@dataclass
class Disturbances:
    """What happened to the process since the start of the block, or the last `restart`."""

    preempted: int = 0
    """Involuntary context switches: the system took the processor away. Known at the end."""
    collections: int = 0
    _before: int = 0

    def restart(self) -> None:
        """Forget what was: from here on it counts."""
        self.collections = 0
        self._before = _switches()

    def finish(self) -> None:
        """The end of what counts."""
        self.preempted = _switches() - self._before


@contextmanager
def controlled_gc(*, collect_garbage: bool) -> Iterator[Disturbances]:
    """Collect once, hold the collector (unless `collect_garbage`), count; then put it back."""
    seen = Disturbances()

    def count(phase: str, _info: dict[str, int]) -> None:
        seen.collections += phase == "start"

    was_on = gc.isenabled()
    gc.collect()
    (gc.enable if collect_garbage else gc.disable)()
    gc.callbacks.append(count)
    seen.restart()
    try:
        yield seen
    finally:
        seen.finish()
        gc.callbacks.remove(count)
        (gc.enable if was_on else gc.disable)()


def _switches() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw if resource else 0
