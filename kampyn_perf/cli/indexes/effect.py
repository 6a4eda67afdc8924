"""`indexes effect`: what each index does to the declared queries, to writes and to the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli.indexes.options import CatalogueName, Json, Uri


def effect(  # noqa: PLR0913, PLR0917 - a flag each
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    index: Annotated[
        list[str],
        typer.Option(
            "--index", metavar="COLLECTION.INDEX", help="Only this one. Repeatable; all without."
        ),
    ] = [],  # noqa: B006 - typer's way to declare a repeatable option
    runs: Annotated[
        int,
        typer.Option(
            "--runs", "-n", min=20, help="Runs of each query on each side; 400 bound P99."
        ),
    ] = 200,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record", help="Measure the queries now, and keep the figures in this file."
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", help="Measure the queries now, and compare with that file."),
    ] = None,
    writes: Annotated[
        int, typer.Option("--writes", min=0, help="Inserts for the cost on writes; 0: none.")
    ] = 200,
    restore: Annotated[
        bool, typer.Option("--restore", help="Only show what a killed measurement left hidden.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    parameter: Annotated[
        list[str],
        typer.Option("--param", metavar="NAME=VALUE", help="A value for the queries' {name}."),
    ] = [],  # noqa: B006
    json: Json = False,
) -> int:
    """Run the declared queries with each index and without it, and compare.

    MongoDB: the index is hidden for the measurement and shown again, also after a kill (by the next
    run). SQLite: measured on a copy of the file. Or measure before a change and after it.

    \b
    Examples:
      kampyn-perf indexes effect --uri sqlite:///.kampyn/backend.db
      kampyn-perf indexes effect --index orders.vendorId_1_status_1_createdAt_-1 -n 1000
      kampyn-perf indexes effect --record before.json
      kampyn-perf indexes effect --against before.json
    """
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.cli.indexes.effecting import Settings, compare, give_back, measure

    wanted = options.load_catalogue(catalogue)
    settings = Settings(
        names=tuple(index),
        runs=runs,
        writes=writes,
        yes=yes,
        json=json,
        record=record,
        against=against,
        queries=options.declared_queries(wanted, (), parameter),
    )
    with options.databases(wanted, uri) as databases:
        if restore:
            return give_back(databases)
        if record or against:
            return compare(databases, settings)
        return measure(wanted, databases, settings)
