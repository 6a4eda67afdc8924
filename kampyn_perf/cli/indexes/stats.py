"""`indexes stats`: what each index costs and whether anybody uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.flags import Json
from kampyn_perf.cli.indexes.options import CatalogueName, Uri
from kampyn_perf.errors import ExitCode

if TYPE_CHECKING:
    from kampyn_perf.indexes.observe.usage import IndexStats

_STYLES = {"used": "green", "unused": "bold yellow", "needed": "green", "unknown": "dim"}


def stats(
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    unused_for: Annotated[
        str,
        typer.Option(
            "--unused-for",
            metavar="DURATION",
            help="How long every node must have counted before unused means it.",
        ),
    ] = "7d",
    json: Json = False,
) -> int:
    """Size of each index, its use on each node since when, builds under way, and what is provably
    unused: no operation on any node for long enough, never a unique or TTL index.

    \b
    Examples:
      kampyn-perf indexes stats --db mongodb://one,two,three/kampyn?replicaSet=r0
      kampyn-perf indexes stats --unused-for 30d --json
    """
    from kampyn_perf.cli.console import print_json
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.indexes import service
    from kampyn_perf.indexes.text.stats import stats_json

    wanted = options.load_catalogue(catalogue)
    age_us = options.duration(unused_for, "--unused-for")
    with options.databases(wanted, uri) as databases:
        statistics = service.stats(databases, age_us=age_us)
    _show(statistics, aside=json)
    if json:
        print_json(stats_json(statistics))
    return ExitCode.OK


def _show(statistics: tuple[IndexStats, ...], *, aside: bool) -> None:
    from rich.markup import escape
    from rich.table import Table

    from kampyn_perf.cli.console import answering, say, show
    from kampyn_perf.indexes.text.stats import COLUMNS, row, summary

    table = Table(*COLUMNS, box=None, header_style="bold", pad_edge=False)
    for stats in statistics:
        *facts, words = row(stats)
        table.add_row(*map(escape, facts), f"[{_STYLES[stats.use.value]}]{escape(words)}[/]")
    with answering(aside=aside):
        show(table)
        if statistics:
            say(summary(statistics))
