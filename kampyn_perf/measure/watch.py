"""Watching as a program sees it: a plan, put to work, with every sample as it comes."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kampyn_perf.measure.plan import WatchPlan
from kampyn_perf.measure.readings import Sample
from kampyn_perf.measure.runner import Measured, Runner

MAX_WAITING = 10_000
"""Samples that nobody has taken yet; the oldest give way."""


def runner_of(
    plan: WatchPlan,
    *,
    now_us: Callable[[], int],
    from_us: int = 0,
    listener: Callable[[int, Sample], None] | None = None,
) -> Runner:
    """The watchers of `plan`, made and not started. Raises KampynError for a URI that is none."""
    return Runner(
        [spec.make(now_us) for spec in plan.specs],
        now_us=now_us,
        from_us=from_us,
        unmeasured=plan.unmeasured,
        listener=listener,
    )


class Watch:
    """Watching at work."""

    def __init__(self, plan: WatchPlan) -> None:
        self._start_us = _clock_us()
        self._waiting: deque[tuple[int, Sample]] = deque(maxlen=MAX_WAITING)
        self._changed = threading.Condition()
        self._over = False
        self._runner = runner_of(plan, now_us=self.now_us, listener=self._hear)

    def start(self) -> None:
        """Begin to look."""
        self._runner.start()

    def now_us(self) -> int:
        """Since the beginning."""
        return _clock_us() - self._start_us

    def measured(self) -> Measured:
        """Everything so far, as series."""
        return self._runner.snapshot()

    def samples(self, *, timeout: float | None = None) -> Iterator[tuple[int, Sample]]:
        """Each sample with its moment, as it comes; ends when nothing came for `timeout` seconds,
        or when the watching ends. For one thread."""
        while True:
            with self._changed:
                if not self._waiting and not self._over and not self._changed.wait(timeout):
                    return
                if not self._waiting:
                    return
                batch = list(self._waiting)
                self._waiting.clear()
            yield from batch

    def stop(self) -> Measured:
        """End it, from any thread; everything that was seen."""
        measured = self._runner.stop()
        with self._changed:
            self._over = True
            self._changed.notify_all()
        return measured

    def _hear(self, at_us: int, sample: Sample) -> None:
        with self._changed:
            self._waiting.append((at_us, sample))
            self._changed.notify_all()


@contextmanager
def watch(plan: WatchPlan) -> Iterator[Watch]:
    """Watch for as long as the block lasts. Raises KampynError for a URI that is none."""
    watching = Watch(plan)
    watching.start()
    try:
        yield watching
    finally:
        watching.stop()


def _clock_us() -> int:
    return time.perf_counter_ns() // 1000
