"""How long the event loop and the garbage collector hold a worker up. Seconds.

A timer that is due every `INTERVAL` says by how much it was late: everything else that was ready
then waited as long. Collections are added up between two ticks: one may begin inside the lock of a
metric, where counting it at once would wait for ever.
"""

from __future__ import annotations

import asyncio
import gc
import time
from typing import Any, Protocol

INTERVAL = 0.05
_GENERATIONS = 3


class RuntimeMetrics(Protocol):
    """Where the figures go."""

    def publish(self) -> None: ...

    def loop_lag(self, seconds: float) -> None: ...

    def collected_garbage(self, generation: int, collections: int, seconds: float) -> None: ...


class RuntimeWatch:
    """Watches the running loop between `start` and `stop`."""

    def __init__(self, metrics: RuntimeMetrics) -> None:
        self._metrics = metrics
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._began = 0.0
        self._collections = [0] * _GENERATIONS
        self._pauses = [0.0] * _GENERATIONS

    def start(self) -> None:
        """From now on; to be called on the loop."""
        gc.callbacks.append(self._on_collection)
        self._arm()

    def stop(self) -> None:
        """No longer."""
        if self._timer is not None:
            self._timer.cancel()
        if self._on_collection in gc.callbacks:
            gc.callbacks.remove(self._on_collection)

    def _arm(self) -> None:
        loop = asyncio.get_running_loop()
        self._due = time.perf_counter() + INTERVAL
        self._timer = loop.call_later(INTERVAL, self._tick)

    def _tick(self) -> None:
        self._metrics.publish()
        self._metrics.loop_lag(max(0.0, time.perf_counter() - self._due))
        for generation, collections in enumerate(self._collections):
            if collections:
                self._metrics.collected_garbage(generation, collections, self._pauses[generation])
                self._collections[generation] = 0
                self._pauses[generation] = 0.0
        self._arm()

    def _on_collection(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
            return
        generation = info["generation"]
        self._collections[generation] += 1
        self._pauses[generation] += time.perf_counter() - self._began
