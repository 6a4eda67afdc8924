"""`indexes apply`: a plan carried out, after a look at it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.flags import Json, Yes
from kampyn_perf.cli.indexes.options import CatalogueName, Only, PruneNames, Uri
from kampyn_perf.errors import ExitCode

if TYPE_CHECKING:
    from kampyn_perf.cli.indexes.apply_view import ApplyView
    from kampyn_perf.indexes.apply.run import ApplyReport
    from kampyn_perf.indexes.plan.actions import IndexPlan


def apply(  # noqa: PLR0913, PLR0917 - a flag each
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    only: Only = [],  # noqa: B006 - typer's way to declare a repeatable option
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan",
            metavar="FILE",
            help="A plan that `indexes plan --json` wrote: carried out without asking, if "
            "catalogue and database are still as they were then.",
        ),
    ] = None,
    yes: Yes = False,
    prune: PruneNames = [],  # noqa: B006 - typer's way to declare a repeatable option
    drop: Annotated[
        bool, typer.Option("--drop", help="Drop what --prune names now, without hiding it first.")
    ] = False,
    soak: Annotated[
        str,
        typer.Option(
            "--soak",
            metavar="DURATION",
            help="How long an index stays hidden before --prune drops it.",
        ),
    ] = "7d",
    commit_quorum: Annotated[
        str,
        typer.Option(
            "--commit-quorum",
            metavar="MEMBERS",
            help="How many members of a replica set must have built an index before it counts: "
            "votingMembers, majority or a number. Without it, the server's default.",
        ),
    ] = "",
    timeout: Annotated[
        str,
        typer.Option(
            "--timeout",
            metavar="DURATION",
            help="Stop waiting after this long (10m); builds go on.",
        ),
    ] = "",
    expire: Annotated[
        list[str],
        typer.Option(
            "--expire",
            metavar="COLLECTION.INDEX",
            help="An index whose expiry may delete more documents at once than the catalogue's "
            "confirmExpiryAbove (1 %). May be given again.",
        ),
    ] = [],  # noqa: B006 - typer's way to declare a repeatable option
    skip_preflight: Annotated[
        bool,
        typer.Option(
            "--skip-preflight",
            help="Do not look for duplicates and room first: that reads whole collections.",
        ),
    ] = False,
    json: Json = False,
) -> int:
    """Make the database's indexes what the catalogue says. Running it again changes nothing.

    Nothing is dropped but what --prune names: hidden first, dropped after --soak.

    \b
    Examples:
      kampyn-perf indexes apply --db sqlite:///.kampyn/backend.db --yes
      kampyn-perf indexes apply --prune orders.vendorId_1
      kampyn-perf indexes apply --plan plan.json --timeout 2h --json
    """
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.cli.indexes.apply_view import ApplyView
    from kampyn_perf.indexes import service
    from kampyn_perf.indexes.plan.actions import PruneStage
    from kampyn_perf.indexes.plan.saved import read_plan

    wanted = options.load_catalogue(catalogue, only)
    stage = PruneStage.DROP if drop else PruneStage.HIDE
    request = service.ApplyRequest(
        catalogue=wanted,
        saved=read_plan(plan) if plan else None,
        prunes=options.parse_prunes(prune, wanted, stage),
        soak_us=options.duration(soak, "--soak"),
        commit_quorum=commit_quorum,
        timeout_us=options.duration(timeout, "--timeout") if timeout else None,
        preflight=not skip_preflight,
        expire=options.parse_names(expire, wanted, "--expire"),
    )
    view = ApplyView(confirmed=yes or plan is not None)
    with options.databases(wanted, uri) as databases:
        result = service.apply(request, databases, view)
    return show_report(result.report, result.after, view, code=result.code, json=json)


def show_report(
    report: ApplyReport, after: IndexPlan | None, view: ApplyView, *, code: ExitCode, json: bool
) -> ExitCode:
    """How it ended, as lines and as data. Raises what ended it early."""
    from kampyn_perf.cli.console import print_json
    from kampyn_perf.cli.indexes.options import say_lines
    from kampyn_perf.indexes.text.apply import report_json, report_lines

    if report.plan.steps:
        say_lines(report_lines(report, after))
    if json:
        print_json(report_json(report, after))
    if report.stopped is not None:
        if view.terminated:
            report.stopped.code = ExitCode.TERMINATED
        raise report.stopped
    return code
