"""A measurement of indexes on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.markup import escape
from rich.table import Table

from kampyn_perf.cli import console
from kampyn_perf.cli.console import say
from kampyn_perf.cli.indexes.terminal import as_termination, ask
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.indexes.observe.effect import IndexEffect, QueryEffect
from kampyn_perf.indexes.service.measurements import EffectObserver
from kampyn_perf.indexes.text.effect import COLUMNS, cost_line, rows

_STYLES = {"faster": "green", "slower": "bold red"}


class EffectView(EffectObserver):
    """What is being measured, live on a terminal; nothing of it elsewhere."""

    def __init__(self, *, confirmed: bool) -> None:
        self._confirmed = confirmed
        self._status: Any = None

    def confirm(self, places: Sequence[str]) -> None:
        if not self._confirmed:
            unasked = KampynError(
                "hiding indexes for a measurement makes queries slower meanwhile, and nobody is "
                "there to confirm it",
                hint="Give --yes, or measure before and after a change: --record, --against.",
            )
            ask(f"Hide indexes of {', '.join(places)}, one at a time?", unasked)

    def noted(self, text: str) -> None:
        say(text)

    @contextmanager
    def measuring(self) -> Iterator[None]:
        if not console.is_terminal():
            yield
            return
        with console.stderr().status("measuring") as self._status:
            yield
        self._status = None

    def doing(self, label: str) -> None:
        if self._status is not None:
            self._status.update(label)


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C and SIGTERM inside the block end it in words, with the exit code of what came."""
    with as_termination() as termination:
        try:
            yield
        except KeyboardInterrupt:
            code = ExitCode.TERMINATED if termination.asked else ExitCode.INTERRUPTED
            raise KampynError(
                "interrupted; the indexes are as they were found", code=code
            ) from None


def show(
    effects: Sequence[QueryEffect],
    words: tuple[str, str],
    costs: Sequence[IndexEffect] = (),
    *,
    aside: bool = False,
) -> None:
    """Two lines for each query; percentiles with their 95 % intervals. Then one for each index."""
    if not effects:
        say("No declared query was measured.")
    else:
        table = Table(*COLUMNS, box=None, header_style="bold", pad_edge=False)
        for effect in effects:
            for cells in rows(effect, words):
                *facts, change = cells
                style = _STYLES.get(change.partition(",")[0])
                told = f"[{style}]{escape(change)}[/]" if style else escape(change)
                table.add_row(*map(escape, facts), told)
        with console.answering(aside=aside):
            console.show(table)
    with console.answering(aside=aside):
        for cost in costs:
            say(cost_line(cost))
