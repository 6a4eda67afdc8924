"""`indexes plan`: what would change, and nothing is."""

from __future__ import annotations

from typing import Annotated

import typer

from kampyn_perf.cli.flags import Json
from kampyn_perf.cli.indexes.options import CatalogueName, Only, PruneNames, Uri
from kampyn_perf.errors import ExitCode, KampynError


def plan(  # noqa: PLR0913, PLR0917 - a flag each
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    only: Only = [],  # noqa: B006 - typer's way to declare a repeatable option
    prune: PruneNames = [],  # noqa: B006 - typer's way to declare a repeatable option
    drop: Annotated[
        bool, typer.Option("--drop", help="Plan the drop of what --prune names, without hiding.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit with 1 when something would change; for CI.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Show what stays as it is, too.")
    ] = False,
    probe: Annotated[
        bool,
        typer.Option(
            "--probe",
            help="Let the server itself judge each new definition, on an empty scratch collection "
            "that is made and dropped.",
        ),
    ] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="Show each creation in full, however many there are."),
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print Markdown, for a pull request.")
    ] = False,
    json: Json = False,
) -> int:
    """Compare the catalogue with what is there. Changes nothing (--probe makes and drops an empty
    scratch collection).

    \b
    Examples:
      kampyn-perf indexes plan --db mongodb://localhost:27017/kampyn
      kampyn-perf indexes plan --check --json > plan.json
      kampyn-perf indexes plan --prune orders.vendorId_1
      kampyn-perf indexes plan --probe --check
      kampyn-perf indexes plan --markdown > plan.md
    """
    from kampyn_perf.cli.console import print_json, print_text
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.indexes import service
    from kampyn_perf.indexes.plan.actions import PruneStage
    from kampyn_perf.indexes.text.plan import plan_lines
    from kampyn_perf.indexes.text.plan_json import plan_json
    from kampyn_perf.indexes.text.plan_markdown import plan_markdown

    if json and markdown:
        raise KampynError("--json and --markdown exclude each other")
    wanted = options.load_catalogue(catalogue, only)
    stage = PruneStage.DROP if drop else PruneStage.HIDE
    prunes = options.parse_prunes(prune, wanted, stage)
    with options.databases(wanted, uri) as databases:
        made = service.plan(wanted, databases, prunes, probe=probe)
    if json:
        print_json(plan_json(made))
    elif markdown:
        print_text(plan_markdown(made))
    else:
        options.print_lines(plan_lines(made, keeps=everything, verbose=verbose))
    return ExitCode.FAILED if check and not made.empty else ExitCode.OK
