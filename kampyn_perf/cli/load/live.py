"""What is seen while a load runs: a live view on a terminal, a line now and then without one."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from kampyn_perf.cli import console
from kampyn_perf.cli.load.keys import Keys
from kampyn_perf.cli.load.live_rows import drawn, facts_of, fitting, phases_of
from kampyn_perf.cli.load.standing import Fact, Looking
from kampyn_perf.load import Observer, Progress, RunStart, Severity
from kampyn_perf.redact import redact_url
from kampyn_perf.units import format_duration

if TYPE_CHECKING:
    from rich.console import Group
    from rich.live import Live
    from rich.status import Status

_PLAIN_LINE_SECONDS = 10.0

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
        self._size: tuple[int, int] = (0, 0)
        """Of the terminal, when it was drawn on last."""
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
            console.say_wrapped(text, style=_STYLES[severity])

    def begin(self, start: RunStart) -> None:
        """The run is about to start."""
        for words in start.remarks:
            console.say(words, style="yellow")
        if self._quiet:
            return
        self._clear()
        spec, schedule, flows = start.spec, start.schedule, start.flows
        length = format_duration(schedule.duration_us)
        console.say_wrapped(
            f"Loading {redact_url(spec.url)} with {schedule.planned:,} sessions in {length} "
            f"(profile {spec.profile}, seed {spec.seed}); Ctrl-C ends it and reports"
        )
        total = sum(flows.values())
        shares = ", ".join(f"{name} {100 * weight / total:.4g} %" for name, weight in flows.items())
        console.say_wrapped(f"Flows: {shares}", style="dim")
        if reason := start.stock_client_reason:
            console.say(f"Locust's stock client is used: {reason}", style="yellow")
        if console.is_terminal():
            self._shown = _live()
            self._size = console.stderr().size

    def interval(self, progress: Progress) -> None:
        """New figures came."""
        self._obey(self._keys.pressed())
        if self._shown:
            self._fit()
            self._shown.update(self._picture(progress), refresh=True)  # type: ignore[call-arg]
        elif not self._quiet and time.monotonic() - self._said >= _PLAIN_LINE_SECONDS:
            self._said = time.monotonic()
            facts = [*facts_of(progress), *self._objectives()]
            console.say("; ".join(f"{fact.label}: {fact.text}" for fact in facts))

    def _fit(self) -> None:
        """In a terminal of another size the lines that were drawn are who knows where: it is
        drawn anew on a clear screen."""
        size = console.stderr().size
        if size != self._size:
            self._clear()
            console.stderr().clear()
            self._shown, self._size = _live(), size

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
        facts = [*facts_of(progress), *(standing.lines() if standing else ())]
        if self._keys.there:
            facts.append(Fact("keys", "q ends, Q ends at once, p phases"))
        phases = list(phases_of(progress)) if self._with_phases else []
        screen = console.stderr()

        def lines(shown: Sequence[Fact]) -> int:
            return len(screen.render_lines(drawn(progress, shown, phases), pad=False))

        return drawn(progress, fitting(facts, lines, screen.height - 1), phases)

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


def _live() -> Live:
    """Begun."""
    from rich.live import Live

    live = Live(console=console.stderr(), auto_refresh=False, transient=True, redirect_stdout=False)
    live.start()
    return live
