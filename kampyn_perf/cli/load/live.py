"""What is seen while a load runs: a live view on a terminal, a line now and then without one."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING

from kampyn_perf.cli import console
from kampyn_perf.histogram import merged
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.redact import redact_url
from kampyn_perf.schedule import Schedule
from kampyn_perf.units import MICROSECONDS, format_duration, format_percent, format_rate

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live

_WINDOW = 10
"""Stretches (seconds, in a run of less than twenty minutes) that the percentiles are of."""
_PLAIN_LINE_SECONDS = 10.0


class LiveView:
    """A context manager around a run."""

    def __init__(self, schedule: Schedule, *, quiet: bool) -> None:
        self._schedule = schedule
        self._quiet = quiet
        self._collector: Collector | None = None
        self._live: Live | None = None
        self._said = time.monotonic()

    def __enter__(self) -> LiveView:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def begin(self, spec: RunSpec, flows: dict[str, int], note: str | None) -> None:
        """The run is about to start."""
        if self._quiet:
            return
        length = format_duration(self._schedule.duration_us)
        console.say(
            f"Loading {redact_url(spec.url)} with {self._schedule.planned:,} sessions in {length} "
            f"(profile {spec.profile}, seed {spec.seed}); Ctrl-C ends it and reports"
        )
        total = sum(flows.values())
        shares = ", ".join(f"{name} {100 * each / total:.4g} %" for name, each in flows.items())
        console.say(f"Flows: {shares}", style="dim")
        if note:
            console.say(f"Locust's stock client is used: {note}", style="yellow")
        if console.is_terminal():
            from rich.live import Live

            self._live = Live(
                console=console.stderr(), auto_refresh=False, transient=True, redirect_stdout=False
            )
            self._live.start()

    def update(self, collector: Collector) -> None:
        """New figures came."""
        self._collector = collector
        if self._live:
            self._live.update(self._picture(collector), refresh=True)
        elif not self._quiet and time.monotonic() - self._said >= _PLAIN_LINE_SECONDS:
            self._said = time.monotonic()
            console.say("; ".join(f"{label}: {text}" for label, text in self._facts(collector)))

    def ending(self, draining: bool, drain_us: int) -> None:
        """A signal came."""
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

    def _picture(self, collector: Collector) -> Group:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        facts = Table.grid(padding=(0, 2))
        facts.add_column(style="dim")
        facts.add_column()
        for label, text in self._facts(collector):
            facts.add_row(label, Text(text))
        bar = Table.grid()
        bar.add_row(
            ProgressBar(
                total=self._schedule.duration_us,
                completed=min(collector.elapsed_us, self._schedule.duration_us),
                width=60,
            )
        )
        return Group(bar, facts)

    def _facts(self, collector: Collector) -> list[tuple[str, str]]:
        """(label, text) of everything that is worth watching."""
        elapsed = collector.elapsed_us
        index = self._schedule.phase_at(elapsed)
        phase = self._schedule.phases[index].name
        left_us = self._schedule.duration_us - elapsed
        phase += f", {format_duration(left_us)} left"
        if left_us <= 0:
            phase = "finishing sessions in flight"
        recent = collector.timeline.recent(_WINDOW + 1)[:-1] or collector.timeline.recent(1)
        span = max(len(recent), 1) * collector.timeline.width_us / MICROSECONDS
        window = merged(each.response() for each in recent)
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
                f"offered {format_rate(self._schedule.rate_at(elapsed))}, "
                f"started {format_rate(round(started / span, 1))}, "
                f"{collector.last.in_flight} in flight",
            ),
            ("requests", f"{format_rate(round(requests / span, 1))}, {failed} failed{share}"),
            ("P50 / P95 / P99", times),
            ("lateness", f"{format_duration(late)} at most"),
        ]
