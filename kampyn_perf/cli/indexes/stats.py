"""`indexes stats`: what each index costs and whether anybody uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.indexes.options import CatalogueName, Json, Uri
from kampyn_perf.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kampyn_perf.indexes.databases import Databases
    from kampyn_perf.indexes.observe.usage import IndexStats

_STYLES = {"used": "green", "unused": "bold yellow", "needed": "green", "unknown": "dim"}


def stats(
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    unused_for: Annotated[
        str,
        typer.Option(
            "--unused-for", help="How long every node must have counted before unused means it."
        ),
    ] = "7d",
    json: Json = False,
) -> int:
    """Size of each index, its use on each node since when, builds under way, and what is provably
    unused: no operation on any node for long enough, never a unique or TTL index.

    \b
    Examples:
      kampyn-perf indexes stats --uri mongodb://one,two,three/kampyn?replicaSet=r0
      kampyn-perf indexes stats --unused-for 30d --json
    """
    from kampyn_perf.cli.console import print_json
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.indexes.text.stats import stats_json

    wanted = options.load_catalogue(catalogue)
    age_us = options.duration(unused_for, "--unused-for")
    with options.databases(wanted, uri) as databases:
        found = tuple(_gather(databases, age_us))
    _show(found)
    if json:
        print_json(stats_json(found))
    return ExitCode.OK


def _gather(databases: Databases, age_us: int) -> Iterator[IndexStats]:
    import time

    from kampyn_perf.indexes.model.facts import UseReport
    from kampyn_perf.indexes.model.ports import ServerRefusal
    from kampyn_perf.indexes.observe.usage import stats_of

    for name, live in databases.state().collections.items():
        database = databases.of(name)
        try:
            report = database.index_use(name) if live.indexes else UseReport()
        except ServerRefusal as refusal:
            report = UseReport(unasked=(refusal.message,))
        builds = database.current_builds(name)
        now_us = time.time_ns() // 1_000
        yield from stats_of(live, report, builds, now_us=now_us, age_us=age_us)


def _show(found: tuple[IndexStats, ...]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from kampyn_perf.cli.console import say, show
    from kampyn_perf.indexes.observe.usage import Use
    from kampyn_perf.indexes.text.stats import COLUMNS, row

    table = Table(*COLUMNS, box=None, header_style="bold", pad_edge=False)
    for stats in found:
        *facts, words = row(stats)
        table.add_row(*map(escape, facts), f"[{_STYLES[stats.use.value]}]{escape(words)}[/]")
    show(table)
    unused = [f"{s.collection}.{s.index.name}" for s in found if s.use is Use.UNUSED]
    if unused:
        flags = " ".join(f"--prune {name}" for name in unused)
        say(f"Provably unused: {', '.join(unused)}. To let them go: indexes apply {flags}")
    elif found:
        say("Nothing is provably unused.")
