"""Processes that stand still, are slow, or are killed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from kampyn_perf.faults.actions.traces import Traces
from kampyn_perf.faults.actions.victim import Victim


class Pause:
    """A process stands still, with all its connections."""

    def __init__(self, victim: Victim) -> None:
        self._victim = victim
        self.traces = Traces(paused=(victim,))

    def begin(self) -> None:
        self._victim.send(signal.SIGSTOP)

    def end(self) -> None:
        self._victim.send(signal.SIGCONT)


class Kill:
    """A process ends without a chance to do anything about it."""

    traces = Traces()

    def __init__(self, victim: Victim) -> None:
        self._victim = victim

    def begin(self) -> None:
        self._victim.send(signal.SIGKILL)

    def end(self) -> None:
        """Whoever started it starts another, or does not: that is what is being tested."""


class Slow:
    """A process stands still for `by_us` again and again, with a tenth of that between."""

    def __init__(self, victim: Victim, *, by_us: int) -> None:
        self._pause = Pause(victim)
        self.traces = self._pause.traces
        self._beat = Beat(self._pause.begin, self._pause.end, by_us=by_us)

    def begin(self) -> None:
        self._beat.start()

    def end(self) -> None:
        self._beat.stop()


class Beat:
    """Calls `hold` and `free` in turn, on a thread of its own; ends with `free`."""

    def __init__(self, hold: Callable[[], None], free: Callable[[], None], *, by_us: int) -> None:
        self._hold, self._free = hold, free
        self._seconds = by_us / 1e6
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="fault-beat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._hold()
                self._over.wait(self._seconds)
            finally:
                self._free()
            self._over.wait(self._seconds / 10)
