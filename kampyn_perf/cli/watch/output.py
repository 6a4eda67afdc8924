"""Firings on stdout, as they happen; how it stands on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from kampyn_perf.alerts.actions.notice import Origin, encoded, notice, sentence
from kampyn_perf.alerts.engine import Alert, Event
from kampyn_perf.alerts.watching import BackendWatch
from kampyn_perf.cli import console
from kampyn_perf.results.alerts import AlertState
from kampyn_perf.units import format_duration

if TYPE_CHECKING:
    from rich.status import Status

_PLAIN_LINE_SECONDS = 30.0
"""Between two lines of progress where nobody watches."""


class Output:
    """What happened to one backend's alerts, a line each."""

    def __init__(self, origin: Origin, *, as_json: bool, several: bool) -> None:
        """`several`: there are other backends, so that each line names its own."""
        self._origin = origin
        self._as_json = as_json
        self._several = several

    def tell(self, event: Event) -> None:
        """One line."""
        if self._as_json:
            console.print_bytes(encoded(notice(event, self._origin)))
            return
        target = f"{self._origin.target}  " if self._several else ""
        moment = self._origin.moment(event.at_us)
        severity = event.rule.severity.value
        line = f"{moment}  {target}[{severity}] {sentence(event)}"
        if console.is_terminal() and sys.stdout.isatty():
            console.say_wrapped(line)  # above the line that changes
        else:
            console.print_text(line)


class Progress:
    """A context manager around a watch: one line that changes on a terminal, a line now and then
    without one."""

    def __init__(self, watches: Sequence[BackendWatch]) -> None:
        self._watches = watches
        self._status: Status | None = None
        self._said = time.monotonic()

    def __enter__(self) -> Progress:
        if console.is_terminal():
            self._status = console.stderr().status("")
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status:
            self._status.stop()

    def update(self, now_us: int) -> None:
        """Say how it stands, if it is time to."""
        if self._status:
            from rich.text import Text

            self._status.update(Text(self._words(now_us)))
        elif time.monotonic() - self._said >= _PLAIN_LINE_SECONDS:
            self._said = time.monotonic()
            console.say(self._words(now_us))

    def _words(self, now_us: int) -> str:
        lines = []
        for watch in self._watches:
            name = f"{watch.url}: " if len(self._watches) > 1 else ""
            states = "; ".join(standing(name, a) for name, a in watch.engine.alerts.items())
            lines.append(name + states)
        return f"{format_duration(now_us)}: " + "\n".join(lines)


def standing(name: str, alert: Alert) -> str:
    """`high_error_rate ok (0.1 %)`, or why there is no data."""
    reading = alert.reading
    if reading.value is None:
        words = f"no data ({reading.reason})"
        return f"{name} {'FIRING, ' if alert.state is AlertState.FIRING else ''}{words}"
    state = "FIRING" if alert.state is AlertState.FIRING else "ok"
    return f"{name} {state} ({alert.rule.described.unit.text(reading.value)})"
