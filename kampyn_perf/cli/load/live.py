"""What is seen while a load runs: a live view on a terminal, a line now and then without one."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

from kampyn_perf.cli import console
from kampyn_perf.histogram import merged
from kampyn_perf.load import Observer, Progress, RunStart, Severity
from kampyn_perf.redact import redact_url
from kampyn_perf.units import MICROSECONDS, format_duration, format_percent, format_rate

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live
    from rich.status import Status

_WINDOW = 10
"""Stretches (seconds, in a run of less than twenty minutes) that the percentiles are of."""
_PLAIN_LINE_SECONDS = 10.0

_STYLES = {
    Severity.WAITING: None,
    Severity.INFO: None,
    Severity.WARNING: "yellow",
    Severity.ERROR: "bold red",
}


class LiveView(Observer):
    """A context manager around a run. With `quiet` nothing is seen."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._shown: Live | Status | None = None
        """What moves on the terminal at the time."""
        self._said = time.monotonic()

    def __enter__(self) -> LiveView:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._clear()

    def remark(self, text: str, severity: Severity) -> None:
        """Words for people."""
        if self._quiet:
            return
        if severity is Severity.WAITING and console.is_terminal():
            self._clear()
            self._shown = console.stderr().status(text)
            self._shown.start()
        else:
            console.say(text, style=_STYLES[severity])

    def begin(self, start: RunStart) -> None:
        """The run is about to start."""
        if self._quiet:
            return
        self._clear()
        spec, schedule, flows = start.spec, start.schedule, start.flows
        length = format_duration(schedule.duration_us)
        console.say(
            f"Loading {redact_url(spec.url)} with {schedule.planned:,} sessions in {length} "
            f"(profile {spec.profile}, seed {spec.seed}); Ctrl-C ends it and reports"
        )
        total = sum(flows.values())
        shares = ", ".join(f"{name} {100 * each / total:.4g} %" for name, each in flows.items())
        console.say(f"Flows: {shares}", style="dim")
        if reason := start.stock_client_reason:
            console.say(f"Locust's stock client is used: {reason}", style="yellow")
        if console.is_terminal():
            from rich.live import Live

            self._shown = Live(
                console=console.stderr(), auto_refresh=False, transient=True, redirect_stdout=False
            )
            self._shown.start()

    def interval(self, progress: Progress) -> None:
        """New figures came."""
        if self._shown:
            self._shown.update(_picture(progress), refresh=True)  # type: ignore[call-arg]
        elif not self._quiet and time.monotonic() - self._said >= _PLAIN_LINE_SECONDS:
            self._said = time.monotonic()
            console.say("; ".join(f"{label}: {text}" for label, text in _facts(progress)))

    def ending(self, *, draining: bool, drain_us: int) -> None:
        """It was interrupted."""
        if self._quiet:
            return
        if draining:
            console.say(
                "Ending: no more arrivals; sessions in flight may finish within "
                f"{format_duration(drain_us)}, or Ctrl-C again ends them at once",
                style="yellow",
            )
        else:
            console.say("Ending at once", style="yellow")

    def _clear(self) -> None:
        if self._shown:
            self._shown.stop()
            self._shown = None


def _picture(progress: Progress) -> Group:
    from rich.console import Group
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    schedule = progress.schedule
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim")
    facts.add_column()
    for label, text in _facts(progress):
        facts.add_row(label, Text(text))
    bar = Table.grid()
    bar.add_row(
        ProgressBar(
            total=schedule.duration_us,
            completed=min(progress.elapsed_us, schedule.duration_us),
            width=60,
        )
    )
    return Group(bar, facts)


def _facts(progress: Progress) -> list[tuple[str, str]]:
    """(label, text) of everything that is worth watching."""
    schedule, elapsed = progress.schedule, progress.elapsed_us
    index = schedule.phase_at(elapsed)
    phase = schedule.phases[index].name
    left_us = schedule.duration_us - elapsed
    phase += f", {format_duration(left_us)} left"
    if left_us <= 0:
        phase = "finishing sessions in flight"
    recent = progress.recent(_WINDOW + 1)[:-1] or progress.recent(1)
    span = max(len(recent), 1) * recent[0].width_us / MICROSECONDS if recent else 1.0
    window = merged(each.response for each in recent)
    at = window.percentiles((0.5, 0.95, 0.99))
    times = " / ".join("-" if each is None else format_duration(each) for each in at.values())
    requests = sum(each.requests for each in recent)
    failed = sum(each.failed for each in recent)
    share = f" ({format_percent(failed / requests)})" if failed else ""
    started = sum(each.started for each in recent)
    late = max((each.late_max_us for each in recent), default=0)
    return [
        ("phase", phase),
        (
            "sessions",
            f"offered {format_rate(schedule.rate_at(elapsed))}, "
            f"started {format_rate(round(started / span, 1))}, "
            f"{progress.in_flight} in flight",
        ),
        ("requests", f"{format_rate(round(requests / span, 1))}, {failed} failed{share}"),
        ("P50 / P95 / P99", times),
        ("lateness", f"{format_duration(late)} at most"),
    ]
