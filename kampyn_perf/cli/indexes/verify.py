"""`indexes verify`: each declared query explained, and held to its expectation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.flags import Json
from kampyn_perf.cli.indexes.options import CatalogueName, Only, Uri

if TYPE_CHECKING:
    from kampyn_perf.indexes.explain.verify import Verified

_STYLES = {"pass": "green", "fail": "bold red", "no-verdict": "yellow"}


def verify(
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    only: Only = [],  # noqa: B006 - typer's way to declare a repeatable option
    query: Annotated[
        list[str],
        typer.Option("--query", "-q", metavar="NAME", help="Only this one; may be given again."),
    ] = [],  # noqa: B006 - typer's way to declare a repeatable option
    parameter: Annotated[
        list[str],
        typer.Option(
            "--param",
            metavar="NAME=VALUE",
            help="A value for the queries' {name}, before the catalogue's; may be given again.",
        ),
    ] = [],  # noqa: B006
    json: Json = False,
) -> int:
    """Explain each declared query: by which index it reaches its documents, how much it examines.

    The server runs each query once. Exit code 1 when one is not as the catalogue expects, 4 when
    one could not be judged.

    \b
    Examples:
      kampyn-perf indexes verify --db sqlite:///.kampyn/backend.db
      kampyn-perf indexes verify -q active-orders-of-vendor --param vendorId=vendor123
    """
    from kampyn_perf.cli.console import print_json
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.cli.indexes.terminal import working
    from kampyn_perf.indexes import service
    from kampyn_perf.indexes.explain.verify import exit_code
    from kampyn_perf.indexes.text.verify import verify_json

    wanted = options.load_catalogue(catalogue, only)
    queries = options.declared_queries(wanted, query, parameter)
    label = f"explaining {len(queries)} queries"
    with options.databases(wanted, uri) as databases, working(label):
        results = service.verify(queries, databases)
    _show(results, aside=json)
    if json:
        print_json(verify_json(results))
    return exit_code(results)


def _show(results: tuple[Verified, ...], *, aside: bool) -> None:
    from rich.markup import escape
    from rich.table import Table

    from kampyn_perf.cli.console import answering, say, show
    from kampyn_perf.indexes.text.verify import COLUMNS, row, summary

    table = Table(*COLUMNS, box=None, header_style="bold", pad_edge=False)
    for result in results:
        *facts, verdict = row(result)
        style = _STYLES[verdict]
        table.add_row(*map(escape, facts), f"[{style}]{verdict}[/]")
    with answering(aside=aside):
        show(table)
        for result in results:
            for words in (*result.reasons, *result.notes):
                say(f"{result.query.collection}.{result.query.name}: {words}")
        say(summary(results))
