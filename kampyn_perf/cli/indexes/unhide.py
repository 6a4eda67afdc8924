"""`indexes unhide`: an index that --prune hid, taken back."""

from __future__ import annotations

from typing import Annotated

import typer

from kampyn_perf.cli.indexes.options import CatalogueName, Json, Uri
from kampyn_perf.errors import ExitCode


def unhide(
    names: Annotated[list[str], typer.Argument(metavar="COLLECTION.INDEX...")],
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    json: Json = False,
) -> int:
    """Show a hidden index to queries again, at once: it was kept up to date while hidden.

    \b
    Example:
      kampyn-perf indexes unhide orders.vendorId_1
    """
    from kampyn_perf.cli.console import print_json, say
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.cli.indexes.applying import carry_out
    from kampyn_perf.indexes.apply.guards import check_writable
    from kampyn_perf.indexes.model.ports import BuildOptions
    from kampyn_perf.indexes.plan.actions import PruneStage
    from kampyn_perf.indexes.plan.unhide import unhide_plan
    from kampyn_perf.indexes.text.apply import report_json, report_lines

    wanted = options.load_catalogue(catalogue)
    asked = options.parse_prunes(names, wanted, PruneStage.HIDE)
    with options.databases(wanted, uri) as databases:
        state = databases.state()
        plan = unhide_plan([(each.collection, each.name) for each in asked], state)
        if not plan.steps:
            say("Not hidden: nothing to do.")
            return ExitCode.OK
        check_writable(databases.of(part.collection) for part in plan.collections)
        report = carry_out(plan, [], databases, BuildOptions(), None, command="unhide")
    options.say_lines(report_lines(report, None))
    if json:
        print_json(report_json(report, None))
    if report.stopped is not None:
        raise report.stopped
    return report.code
