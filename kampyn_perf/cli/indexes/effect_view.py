"""Effects on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from kampyn_perf.cli.console import say, show
from kampyn_perf.indexes.observe.effect import IndexEffect, QueryEffect
from kampyn_perf.indexes.text.effect import COLUMNS, cost_line, rows

_STYLES = {"faster": "green", "slower": "bold red"}


def show_effects(effects: Sequence[QueryEffect], words: tuple[str, str]) -> None:
    """Two lines for each query; percentiles with their 95 % intervals."""
    if not effects:
        say("No declared query was measured.")
        return
    table = Table(*COLUMNS, box=None, header_style="bold", pad_edge=False)
    for effect in effects:
        for cells in rows(effect, words):
            *facts, change = cells
            style = _STYLES.get(change.partition(",")[0])
            told = f"[{style}]{escape(change)}[/]" if style else escape(change)
            table.add_row(*map(escape, facts), told)
    show(table)


def show_costs(effects: Sequence[IndexEffect]) -> None:
    """One line for each index."""
    for effect in effects:
        say(cost_line(effect))
