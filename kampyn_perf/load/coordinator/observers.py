"""Several observers of one run as one. One that fails ends neither the run nor the others."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from kampyn_perf.load.coordinator.ports import Observer, RunStart, Severity
from kampyn_perf.load.coordinator.progress import Progress


class Observers:
    """Tells each of `observers`. One that raises an exception hears no more: nobody knows in what
    state it is. That is said to the others at once, and stands among the run's warnings."""

    def __init__(self, *observers: Observer) -> None:
        self._observers = list(observers)
        self.failures: list[str] = []
        """For the run's warnings: who failed, and of what."""

    def begin(self, start: RunStart) -> None:
        self._tell(lambda observer: observer.begin(start))

    def interval(self, progress: Progress, *, between: Callable[[], None] = lambda: None) -> None:
        """`between` is called after each of them."""

        def tell(observer: Observer) -> None:
            observer.interval(progress)
            between()

        self._tell(tell)

    def ending(self, *, draining: bool, drain_us: int) -> None:
        self._tell(lambda observer: observer.ending(draining=draining, drain_us=drain_us))

    def remark(self, text: str, severity: Severity) -> None:
        self._tell(lambda observer: observer.remark(text, severity))

    def _tell(self, call: Callable[[Observer], None]) -> None:
        for observer in list(self._observers):
            try:
                call(observer)
            except Exception as error:  # noqa: BLE001 (whoever watches is somebody else's code)
                self._observers.remove(observer)
                self._say_failed(observer, error)

    def _say_failed(self, failed: Observer, error: Exception) -> None:
        words = (
            f"{type(failed).__name__}, which watched the run, failed and saw no more of it: "
            f"{type(error).__name__}: {error}"
        )
        self.failures.append(words)
        for observer in self._observers:
            # Its own next call shows that it fails, and says so.
            with suppress(Exception):
                observer.remark(words, Severity.ERROR)
