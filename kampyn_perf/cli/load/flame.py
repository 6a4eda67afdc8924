"""A flame graph of a worker of the bundled backend, recorded beside a load for its report."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kampyn_perf import backend, load, names, units
from kampyn_perf.errors import KampynError
from kampyn_perf.load.clock import now_us
from kampyn_perf.units import MICROSECONDS

Remark = Callable[[str, load.Severity], None]


def seconds_of(text: str | None, request: load.LoadRequest) -> int:
    """Of the flag; 0 without it. Raises KampynError where nothing can be recorded."""
    if text is None:
        return 0
    if request.bundled is None:
        raise KampynError(
            "--flame-graph looks into a worker of the bundled backend, which --target replaces"
        )
    try:
        seconds = units.parse_duration(text) / MICROSECONDS
    except ValueError as error:
        raise KampynError(f"--flame-graph: {error}") from error
    longest = request.spec.schedule().duration_us / MICROSECONDS
    if not 1 <= seconds <= longest or seconds != int(seconds):
        raise KampynError(
            f"--flame-graph: {text} is not a number of whole seconds from 1 to the run's length"
        )
    backend.find_profiler()
    return int(seconds)


class FlameGraph(load.Unobserved):
    """Recorded in the middle of the run; does nothing for 0 seconds."""

    def __init__(self, seconds: int, request: load.LoadRequest, *, remark: Remark) -> None:
        self._seconds, self._remark = seconds, remark
        self._state = request.bundled.state.absolute() if request.bundled else Path()
        length_us = request.spec.schedule().duration_us
        self._at_us = max(length_us - seconds * MICROSECONDS, 0) // 2
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self._folder = ""

    def begin(self, start: load.RunStart) -> None:  # noqa: ARG002 (the port's)
        """The generators are ready: the schedule begins about now."""
        if self._seconds:
            self._folder = tempfile.mkdtemp(prefix="kampyn-perf-flame-")
            self._thread = threading.Thread(target=self._record, args=(now_us(),), daemon=True)
            self._thread.start()

    def ending(self, *, draining: bool, drain_us: int) -> None:  # noqa: ARG002 (the port's)
        """A run that ends early is not waited for."""
        self._over.set()

    def keep(self, folder: Path | None) -> None:
        """Put what was recorded beside the result."""
        self._finish()
        recorded = Path(self._folder) / names.FLAME_FILE
        if folder is not None and self._folder and recorded.is_file():
            with suppress(OSError):
                shutil.move(recorded, folder / names.FLAME_FILE)

    def close(self) -> None:
        """Nothing more is recorded, and what was not kept is gone."""
        self._finish()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _finish(self) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _record(self, zero_us: int) -> None:
        wait_us = zero_us + self._at_us - now_us()
        if self._over.wait(max(wait_us, 0) / MICROSECONDS):
            return
        out = Path(self._folder) / names.FLAME_FILE
        try:
            backend.profile(state_dir=self._state, out=out, seconds=self._seconds)
        except KampynError as error:
            words = f"There is no flame graph: {error.message}"
            self._remark(words, load.Severity.WARNING)
