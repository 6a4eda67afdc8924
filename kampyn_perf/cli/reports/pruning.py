"""`reports prune`: old runs go, asked for and shown first."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli.flags import Json, Yes
from kampyn_perf.cli.reports.options import Store


def prune(
    *,
    keep: Annotated[
        int | None, typer.Option("--keep", min=0, metavar="N", help="The newest so many stay.")
    ] = None,
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", metavar="DURATION", help="Only what is older: 30d."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would go, and remove nothing.")
    ] = False,
    yes: Yes = False,
    store: Store = Path("reports"),
    json: Json = False,
) -> int:
    """Remove old runs. Those with a tag stay, and what `latest` points at.

    \b
    Examples:
      kampyn-perf reports prune --keep 50 --dry-run
      kampyn-perf reports prune --older-than 30d --keep 10 --yes
    """
    from datetime import UTC, datetime, timedelta

    from kampyn_perf.cli import console
    from kampyn_perf.cli.indexes.terminal import ask
    from kampyn_perf.errors import KampynError
    from kampyn_perf.results import store as kept
    from kampyn_perf.units import format_size, parse_duration

    if keep is None and older_than is None:
        raise KampynError(
            "say what may go: --keep N, --older-than DURATION, or both",
            hint="kampyn-perf reports prune --keep 50 --dry-run",
        )
    age = None
    if older_than is not None:
        try:
            age = timedelta(microseconds=parse_duration(older_than))
        except ValueError as error:
            raise KampynError(f"--older-than: {error}") from error
    held = kept.runs(store)
    gone = kept.removable(held, keep=keep, older_than=age, base=store, now=datetime.now(UTC))
    size = sum(map(kept.size_of, gone))
    if json:
        console.print_json(
            {"remove": [run.name for run in gone], "bytes": size, "removed": not dry_run and yes}
        )
    else:
        told = f"{len(gone)} of {len(held)} runs, {format_size(size)}"
        with console.answering():
            for run in gone:
                console.say(run.name)
            console.say(f"{told} would go" if dry_run else told)
    if dry_run or not gone:
        return 0
    if not yes:
        unasked = KampynError(
            "nothing was removed: nobody is there to confirm it", hint="Add --yes."
        )
        ask("Remove them?", unasked)
    kept.remove(gone)
    console.say(f"removed {len(gone)} runs")
    return 0
