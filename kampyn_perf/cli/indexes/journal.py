"""`indexes journal`: what was done to the indexes, when, by whom and how long it took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from kampyn_perf.cli.indexes.options import CatalogueName, Json, Uri
from kampyn_perf.errors import ExitCode

JOURNAL_SCHEMA = "kampyn-perf/index-journal"
COLUMNS = ("when (UTC)", "by", "command", "collection", "indexes", "what", "took", "")


def journal(
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many entries.")] = 50,
    json: Json = False,
) -> int:
    """Show what was done to the indexes: when, by whom, how it ended, how long it took.

    \b
    Example:
      kampyn-perf indexes journal --uri mongodb://localhost:27017/kampyn -n 20
    """
    from kampyn_perf.cli.console import print_json
    from kampyn_perf.cli.indexes import options

    wanted = options.load_catalogue(catalogue)
    with options.databases(wanted, uri) as databases:
        found = [entry for database in databases.all() for entry in database.read_journal(limit)]
    found.sort(key=lambda entry: str(entry.get("at", "")))
    _show(found[-limit:])
    if json:
        print_json({"schema": JOURNAL_SCHEMA, "version": 1, "entries": found[-limit:]})
    return ExitCode.OK


def _show(entries: Sequence[Mapping[str, Any]]) -> None:
    from rich.markup import escape
    from rich.table import Table

    from kampyn_perf.cli.console import say, show

    if not entries:
        say("Nothing was done here by this program yet.")
        return
    table = Table(*COLUMNS, box=None, header_style="bold", pad_edge=False)
    for entry in entries:
        table.add_row(*map(escape, _cells(entry)))
    show(table)


def _cells(entry: Mapping[str, Any]) -> tuple[str, ...]:
    from kampyn_perf.units import format_duration

    took = entry.get("tookUs")
    code = f"error {entry['code']}: " if entry.get("code") else ""
    return (
        str(entry.get("at", ""))[:19].replace("T", " "),
        str(entry.get("by", "")),
        str(entry.get("command", "")),
        str(entry.get("collection", "")),
        ", ".join(map(str, entry.get("indexes") or ())),
        " ".join(str(entry[name]) for name in ("step", "event") if entry.get(name)),
        "" if took is None else format_duration(int(took)),
        code + str(entry.get("message", "")),
    )
