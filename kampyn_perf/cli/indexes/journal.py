"""`indexes journal`: what was done to the indexes, when, by whom and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from kampyn_perf.cli.flags import Json
from kampyn_perf.cli.indexes.options import CatalogueName, Uri
from kampyn_perf.errors import ExitCode


def journal(
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, metavar="N", help="How many entries.")
    ] = 50,
    json: Json = False,
) -> int:
    """Show what was done to the indexes: when, by whom, how it ended, how long it took.

    \b
    Example:
      kampyn-perf indexes journal --db mongodb://localhost:27017/kampyn -n 20
    """
    from kampyn_perf.cli.console import print_json
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.indexes import service
    from kampyn_perf.indexes.text.journal import journal_json

    wanted = options.load_catalogue(catalogue)
    with options.databases(wanted, uri) as databases:
        entries = service.journal(databases, limit=limit)
    _show(entries, aside=json)
    if json:
        print_json(journal_json(entries))
    return ExitCode.OK


def _show(entries: Sequence[Mapping[str, Any]], *, aside: bool) -> None:
    from rich.markup import escape
    from rich.table import Table

    from kampyn_perf.cli.console import answering, say, show
    from kampyn_perf.indexes.text.journal import COLUMNS, row

    if not entries:
        say("Nothing was done here by this program yet.")
        return
    table = Table(*COLUMNS, box=None, header_style="bold", pad_edge=False)
    for entry in entries:
        table.add_row(*map(escape, row(entry)))
    with answering(aside=aside):
        show(table)
