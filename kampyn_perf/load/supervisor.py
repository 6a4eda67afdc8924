"""The run as the command line sees it: starts the generator, collects, saves, answers signals.

This process has no gevent in it. It saves the result at every hand-over, so that kill -9 of
anything loses about a second; a file that says "running" is of a run that was killed.
"""

from __future__ import annotations

import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.interval import Interval
from kampyn_perf.units import MICROSECONDS

_START_SECONDS = 60
_GRACE_SECONDS = 30
"""How long beyond schedule and drain the generator may be silent before it is given up."""
_TICK_SECONDS = 0.2


class Supervisor:
    """One run. `run` blocks; `on_interval` is called after every hand-over."""

    def __init__(
        self,
        spec: RunSpec,
        *,
        log_path: Path,
        on_start: Callable[[dict[str, int], str | None], None],
        on_interval: Callable[[Collector], None],
    ) -> None:
        self._spec = spec
        self._log_path = log_path
        self._on_start = on_start
        self._on_interval = on_interval
        self.collector = Collector()
        self.scenario_errors: dict[str, int] = {}
        self.trouble = ""
        """What the generator itself failed at; empty for nothing."""
        self.signal: signal.Signals | None = None
        """What ended the run early."""
        self._signals = 0
        self._ended = False

    def run(self) -> None:
        """Run to the end, or to the first signal's. Raises KampynError if it cannot begin."""
        with self._log_path.open("ab") as log, self._signals_caught():
            process = subprocess.Popen(
                [sys.executable, "-m", "kampyn_perf.load.generator"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,  # Ctrl-C at the terminal is ours to answer
            )
            try:
                self._say(process, self._spec.dump())
                self._follow(process)
            finally:
                _end(process)

    @property
    def complete(self) -> bool:
        """Whether the whole schedule was run and handed over."""
        return self._ended and self.signal is None and not self.trouble

    def _follow(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101 (a pipe was asked for)
        deadline = time.monotonic() + _START_SECONDS
        told = 0
        rest = b""
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not self._ended:
                if selector.select(_TICK_SECONDS):
                    part = process.stdout.read1(1 << 20)  # type: ignore[attr-defined]
                    if not part:
                        self.trouble = self._died(process)
                        return
                    *lines, rest = (rest + part).split(b"\n")
                    for line in lines:
                        deadline = self._take(orjson.loads(line), process, deadline)
                if told < self._signals:
                    told = self._signals
                    self._say(process, b"stop" if self._may_drain(told) else b"abort")
                    deadline = min(deadline, time.monotonic() + self._patience())
                if time.monotonic() > deadline:
                    self.trouble = "the generator fell silent, and was given up"
                    return

    def _take(
        self, message: dict[str, Any], process: subprocess.Popen[bytes], deadline: float
    ) -> float:
        """Handle one message; returns the moment at which the generator is given up."""
        match message["type"]:
            case "error":
                raise KampynError(
                    message["message"], code=ExitCode(message["code"]), hint=message["hint"]
                )
            case "flows":
                self._on_start(message["weights"], message["note"])
                self._say(process, b"start")
                planned = self._spec.schedule().duration_us / MICROSECONDS
                return time.monotonic() + planned + self._patience()
            case "interval":
                self.collector.take(Interval.from_message(message["interval"]))
                self._on_interval(self.collector)
            case "end":
                self.scenario_errors = message["scenario_errors"]
                self._ended = True
        return deadline

    def _may_drain(self, signals: int) -> bool:
        """The first Ctrl-C lets sessions in flight finish; a second one, or SIGTERM, does not."""
        return signals == 1 and self.signal is signal.SIGINT

    def _patience(self) -> float:
        return self._spec.drain / MICROSECONDS + _GRACE_SECONDS

    def _say(self, process: subprocess.Popen[bytes], line: bytes) -> None:
        assert process.stdin is not None  # noqa: S101 (a pipe was asked for)
        with suppress(BrokenPipeError):  # it died: the end of its output says so
            process.stdin.write(line + b"\n")
            process.stdin.flush()

    def _died(self, process: subprocess.Popen[bytes]) -> str:
        code = process.wait()
        how = f"by {signal.Signals(-code).name}" if code < 0 else f"with exit code {code}"
        words = f"the generator ended {how}"
        with suppress(OSError):
            tail = self._log_path.read_text(errors="replace").strip().splitlines()[-1:]
            words += f": {tail[0]}" if tail else ""
        return words

    @contextmanager
    def _signals_caught(self) -> Iterator[None]:
        """SIGINT and SIGTERM end the run in order instead of this process."""

        def note(number: int, _frame: Any) -> None:
            self._signals += 1
            self.signal = self.signal or signal.Signals(number)

        before = {each: signal.signal(each, note) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Make sure that the generator is gone: it ends when its stdin does, or else by force."""
    if process.stdin:
        with suppress(OSError):
            process.stdin.close()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
