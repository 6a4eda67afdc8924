"""The rows of the live view, and how many of them there is room for. Pure, but for the size of the
terminal that they are drawn for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from kampyn_perf.cli import console
from kampyn_perf.cli.load.standing import Fact
from kampyn_perf.histogram import merged
from kampyn_perf.load import Progress
from kampyn_perf.units import MICROSECONDS, format_duration, format_percent, format_rate

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table

_WINDOW = 10
"""Stretches (seconds, in a run of less than twenty minutes) that the percentiles are of."""
_BAR_WIDTH = 60
_GAP, _LEAST_ROOM = 2, 20
"""Columns between a label and its text, and of a text in however narrow a terminal."""
_FIRST_TO_GO = ("server", "generators", "generator", "lateness", "errors")
"""From a terminal of few lines, in this order."""


def fitting(facts: Sequence[Fact], lines: Callable[[Sequence[Fact]], int], most: int) -> list[Fact]:
    """Those for which there is room in so many lines: what matters least goes first."""
    shown = list(facts)
    for label in _FIRST_TO_GO:
        if lines(shown) <= most:
            break
        shown = [fact for fact in shown if fact.label != label]
    return shown


def drawn(progress: Progress, facts: Iterable[Fact], phases: Sequence[Fact]) -> Group:
    from rich.console import Group

    return Group(_bar(progress), _grid(facts), *([_grid(phases)] if phases else []))


def _grid(facts: Iterable[Fact]) -> Table:
    """Labels and texts, which go on below themselves in a narrow terminal."""
    from rich.table import Table
    from rich.text import Text

    shown = list(facts)
    labels = max((len(fact.label) for fact in shown), default=0)
    room = max(console.stderr().width - labels - 2 * _GAP, _LEAST_ROOM)
    grid = Table.grid(padding=(0, _GAP))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text, style in shown:
        grid.add_row(Text(label), Text("\n".join(console.wrapped(text, room)), style=style))
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


def phases_of(progress: Progress) -> Iterator[Fact]:
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


def facts_of(progress: Progress) -> list[Fact]:
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
