"""`reports list`: the runs, the newest first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli.flags import Json
from kampyn_perf.cli.reports.options import Store


def list_runs(
    *,
    tag: Annotated[
        str | None, typer.Option("--with", metavar="TAG", help="Only runs with this tag.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(metavar="[load|bench|capacity|compare]", help="Only runs of one kind."),
    ] = None,
    last: Annotated[
        int, typer.Option("--last", min=0, metavar="N", help="So many at most; 0: all.")
    ] = 30,
    store: Store = Path("reports"),
    json: Json = False,
) -> int:
    """List the runs in ./reports, the newest first.

    \b
    Examples:
      kampyn-perf reports list
      kampyn-perf reports list --with main --json
    """
    from kampyn_perf.cli import console
    from kampyn_perf.cli.reports import view
    from kampyn_perf.results import store as kept

    held = [
        run
        for run in reversed(kept.runs(store))
        if (tag is None or tag in run.tags.tags) and (kind is None or run.summary.kind == kind)
    ]
    shown = held[:last] if last else held
    if json:
        console.print_json([view.plain(run) for run in shown])
        return 0
    if not held:
        console.say(
            f"There are no such runs in {store}."
            if tag or kind
            else f"There are no runs in {store}."
        )
        return 0
    with console.answering():
        for number, line in enumerate(view.rows(shown)):
            console.say(line, style=None if number else "bold")
        if len(shown) < len(held):
            console.say(f"and {len(held) - len(shown)} older ones (--last 0)")
    return 0
