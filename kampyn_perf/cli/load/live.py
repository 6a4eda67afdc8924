"""What is seen while a load runs: a live view on a terminal, a line now and then without one."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from kampyn_perf.cli import console
from kampyn_perf.cli.load.keys import Keys
from kampyn_perf.cli.load.standing import Fact, Looking
from kampyn_perf.histogram import merged
from kampyn_perf.load import Observer, Progress, RunStart, Severity
from kampyn_perf.redact import redact_url
from kampyn_perf.units import MICROSECONDS, format_duration, format_percent, format_rate

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live
    from rich.status import Status
    from rich.table import Table

_WINDOW = 10
"""Stretches (seconds, in a run of less than twenty minutes) that the percentiles are of."""
_PLAIN_LINE_SECONDS = 10.0
_BAR_WIDTH = 60
_FIRST_TO_GO = ("server", "generators", "generator", "lateness", "errors")
"""From a terminal of few lines, in this order."""

_STYLES = {
    Severity.WAITING: None,
    Severity.INFO: None,
    Severity.WARNING: "yellow",
    Severity.ERROR: "bold red",
}


class LiveView(Observer):
    """A context manager around a run. With `quiet` nothing is seen."""

    def __init__(self, *, quiet: bool, looking: Looking | None = None) -> None:
        """`looking` knows how the objectives stand; it hears of an interval before this does."""
        self._quiet = quiet
        self._looking = looking
        self._keys = Keys()
        self._with_phases = False
        self._shown: Live | Status | None = None
        """What moves on the terminal at the time."""
        self._said = time.monotonic()

    def __enter__(self) -> LiveView:
        if not self._quiet and console.is_terminal():
            self._keys.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._clear()
        self._keys.__exit__(kind, error, trace)

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
        for words in start.remarks:
            console.say(words, style="yellow")
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
        shares = ", ".join(f"{name} {100 * weight / total:.4g} %" for name, weight in flows.items())
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
        self._obey(self._keys.pressed())
        if self._shown:
            self._shown.update(self._picture(progress), refresh=True)  # type: ignore[call-arg]
        elif not self._quiet and time.monotonic() - self._said >= _PLAIN_LINE_SECONDS:
            self._said = time.monotonic()
            facts = [*_facts(progress), *self._objectives()]
            console.say("; ".join(f"{fact.label}: {fact.text}" for fact in facts))

    def _obey(self, keys: str) -> None:
        """q is one Ctrl-C, Q two of them, p shows the phases or hides them."""
        for key in keys:
            if key == "p":
                self._with_phases = not self._with_phases
            elif key in "qQ":
                for _ in range(1 if key == "q" else 2):
                    signal.raise_signal(signal.SIGINT)

    def _objectives(self) -> list[Fact]:
        standing = self._looking.standing if self._looking else None
        return [Fact("objectives", standing.objectives())] if standing else []

    def _picture(self, progress: Progress) -> Group:
        """As much as the terminal has lines for."""
        standing = self._looking.standing if self._looking else None
        facts = [*_facts(progress), *(standing.lines() if standing else ())]
        if self._keys.there:
            facts.append(Fact("keys", "q ends, Q ends at once, p phases"))
        phases = list(_phases(progress)) if self._with_phases else []
        screen = console.stderr()

        def lines(shown: Sequence[Fact]) -> int:
            return len(screen.render_lines(_drawn(progress, shown, phases), pad=False))

        return _drawn(progress, fitting(facts, lines, screen.height - 1), phases)

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


def fitting(facts: Sequence[Fact], lines: Callable[[Sequence[Fact]], int], most: int) -> list[Fact]:
    """Those for which there is room in so many lines: what matters least goes first."""
    shown = list(facts)
    for label in _FIRST_TO_GO:
        if lines(shown) <= most:
            break
        shown = [fact for fact in shown if fact.label != label]
    return shown


def _drawn(progress: Progress, facts: Iterable[Fact], phases: Sequence[Fact]) -> Group:
    from rich.console import Group

    return Group(_bar(progress), _grid(facts), *([_grid(phases)] if phases else []))


def _grid(facts: Iterable[Fact]) -> Table:
    """Labels and texts, which go on below themselves in a narrow terminal."""
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text, style in facts:
        grid.add_row(Text(label), Text(text, style=style))
    return grid


def _bar(progress: Progress) -> Table:
    from rich.progress_bar import ProgressBar
    from rich.table import Table

    schedule = progress.schedule
    done = min(progress.elapsed_us, schedule.duration_us)
    bar = Table.grid()
    width = min(_BAR_WIDTH, console.stderr().width - 1)
    bar.add_row(
        ProgressBar(
            total=schedule.duration_us,
            completed=done,
            width=width,
            complete_style="default",
            finished_style="default",
        )
    )
    return bar


def _phases(progress: Progress) -> Iterator[Fact]:
    """A line for each; the one that goes on has an arrow."""
    schedule = progress.schedule
    now = schedule.phase_at(progress.elapsed_us)
    for number, (phase, start_us) in enumerate(
        zip(schedule.phases, schedule.starts_us, strict=False)
    ):
        end_us = start_us + phase.duration_us
        first, last = schedule.rate_at(start_us), schedule.rate_at(max(end_us - 1, start_us))
        rates = format_rate(round(first, 1))
        if round(last, 1) != round(first, 1):
            rates += f" to {format_rate(round(last, 1))}"
        mark = "→" if number == now else " "
        span = f"{format_duration(start_us)} to {format_duration(end_us)}"
        yield Fact(f"{mark} {phase.name}", f"{rates}, {span}")


def _facts(progress: Progress) -> list[Fact]:
    """Everything that is worth watching."""
    schedule, elapsed = progress.schedule, progress.elapsed_us
    index = schedule.phase_at(elapsed)
    phase = schedule.phases[index].name
    left_us = schedule.duration_us - elapsed
    phase += f", {format_duration(left_us)} left"
    if left_us <= 0:
        phase = "finishing sessions in flight"
    recent = progress.recent(_WINDOW + 1)[:-1] or progress.recent(1)
    span = max(len(recent), 1) * recent[0].width_us / MICROSECONDS if recent else 1.0
    window = merged(interval.response for interval in recent)
    at = window.percentiles((0.5, 0.95, 0.99))
    times = " / ".join("-" if us is None else format_duration(us) for us in at.values())
    requests = sum(interval.requests for interval in recent)
    failed = sum(interval.failed for interval in recent)
    share = f" ({format_percent(failed / requests)})" if failed else ""
    started = sum(interval.started for interval in recent)
    late = max((interval.late_max_us for interval in recent), default=0)
    return [
        Fact("phase", phase),
        Fact(
            "sessions",
            f"offered {format_rate(schedule.rate_at(elapsed))}, "
            f"started {format_rate(round(started / span, 1))}, "
            f"{progress.in_flight} in flight",
        ),
        Fact("requests", f"{format_rate(round(requests / span, 1))}, {failed} failed{share}"),
        Fact("P50 / P95 / P99", times),
        Fact("lateness", f"{format_duration(late)} at most"),
    ]
