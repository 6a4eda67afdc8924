"""`indexes effect`: what each index does to the declared queries, to writes and to the disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.flags import Json, Yes
from kampyn_perf.cli.indexes.options import CatalogueName, Uri
from kampyn_perf.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kampyn_perf.cli.indexes.effect_view import EffectView
    from kampyn_perf.indexes.databases import Databases
    from kampyn_perf.indexes.model.query import Query


def effect(  # noqa: PLR0913, PLR0917 - a flag each
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    index: Annotated[
        list[str],
        typer.Option(
            "--index",
            metavar="COLLECTION.INDEX",
            help="Only this one; may be given again. All without.",
        ),
    ] = [],  # noqa: B006 - typer's way to declare a repeatable option
    runs: Annotated[
        int,
        typer.Option(
            "--runs",
            "-n",
            min=20,
            metavar="N",
            help="Runs of each query on each side; 400 bound P99.",
        ),
    ] = 200,
    record: Annotated[
        Path | None,
        typer.Option(
            "--record",
            metavar="FILE",
            help="Measure the queries now, and keep the figures in this file.",
        ),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FILE",
            help="Measure the queries now, and compare with that file.",
        ),
    ] = None,
    writes: Annotated[
        int,
        typer.Option(
            "--writes", min=0, metavar="N", help="Inserts for the cost on writes; 0: none."
        ),
    ] = 200,
    restore: Annotated[
        bool, typer.Option("--restore", help="Only show what a killed measurement left hidden.")
    ] = False,
    yes: Yes = False,
    parameter: Annotated[
        list[str],
        typer.Option(
            "--param",
            metavar="NAME=VALUE",
            help="A value for the queries' {name}; may be given again.",
        ),
    ] = [],  # noqa: B006
    json: Json = False,
) -> int:
    """Run the declared queries with each index and without it, and compare.

    MongoDB: the index is hidden for the measurement and shown again, also after a kill (by the next
    run). SQLite: measured on a copy of the file. Or measure before a change and after it.

    \b
    Examples:
      kampyn-perf indexes effect --db sqlite:///.kampyn/backend.db
      kampyn-perf indexes effect --index orders.vendorId_1_status_1_createdAt_-1 -n 1000
      kampyn-perf indexes effect --record before.json
      kampyn-perf indexes effect --against before.json
    """
    from kampyn_perf.cli.console import print_json, say
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.cli.indexes.effect_view import EffectView, interruptible, show
    from kampyn_perf.indexes import service
    from kampyn_perf.indexes.text.effect import effect_json

    wanted = options.load_catalogue(catalogue)
    queries = options.declared_queries(wanted, (), parameter)
    names = options.parse_names(index, wanted, "--index")
    view = EffectView(confirmed=yes)
    with options.databases(wanted, uri) as databases:
        if restore:
            shown = service.restore(databases)
            say(f"Shown again: {', '.join(shown)}." if shown else "Nothing was left hidden.")
            return ExitCode.OK
        if record or against:
            return _two_times(queries, databases, view, record, against, runs=runs, json=json)
        request = service.EffectRequest(
            catalogue=wanted, queries=queries, names=names, runs=runs, writes=writes
        )
        with interruptible():
            effects = service.effect(request, databases, view)
    show(
        [query for effect in effects for query in effect.queries],
        ("without", "with"),
        effects,
        aside=json,
    )
    if json:
        print_json(effect_json(effects))
    return ExitCode.OK


def _two_times(
    queries: Sequence[Query],
    databases: Databases,
    view: EffectView,
    record: Path | None,
    against: Path | None,
    *,
    runs: int,
    json: bool,
) -> int:
    """Measure as things are; keep the figures, or hold them against older ones."""
    import orjson

    from kampyn_perf.cli.console import print_json, say
    from kampyn_perf.cli.indexes.effect_view import show
    from kampyn_perf.files import write_whole
    from kampyn_perf.indexes import service
    from kampyn_perf.indexes.text.effect import query_json, read_timings, timings_json

    earlier = read_timings(against) if against else None
    now = service.time_queries(queries, databases, runs=runs, observer=view)
    data = timings_json(now.timings, now.server)
    if record:
        write_whole(record, orjson.dumps(data, option=orjson.OPT_INDENT_2))
        say(f"Timings of {len(now.timings)} queries are in {record}.")
    if earlier is None:
        if json:
            print_json(data)
        return ExitCode.OK
    effects = service.compare(queries, earlier, now.timings)
    show(effects, ("before", "now"), aside=json)
    say("Two measurements at two times: a difference below a factor of two is not claimed.")
    if json:
        print_json({"queries": [query_json(effect) for effect in effects]})
    return ExitCode.OK
