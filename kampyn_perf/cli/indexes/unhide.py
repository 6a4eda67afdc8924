"""`indexes unhide`: an index that --prune hid, taken back."""

from __future__ import annotations

from typing import Annotated

import typer

from kampyn_perf.cli.flags import Json
from kampyn_perf.cli.indexes.options import CatalogueName, Uri
from kampyn_perf.errors import ExitCode


def unhide(
    names: Annotated[
        list[str],
        typer.Argument(metavar="COLLECTION.INDEX...", help="What is shown to queries again."),
    ],
    catalogue: CatalogueName = "indexes",
    uri: Uri = "",
    json: Json = False,
) -> int:
    """Show a hidden index to queries again, at once: it was kept up to date while hidden.

    \b
    Example:
      kampyn-perf indexes unhide orders.vendorId_1
    """
    from kampyn_perf.cli.console import say
    from kampyn_perf.cli.indexes import options
    from kampyn_perf.cli.indexes.apply import show_report
    from kampyn_perf.cli.indexes.apply_view import ApplyView
    from kampyn_perf.indexes import service

    wanted = options.load_catalogue(catalogue)
    asked = options.parse_names(names, wanted, "--prune")
    view = ApplyView(confirmed=True)
    with options.databases(wanted, uri) as databases:
        report = service.unhide(asked, databases, view)
    if report is None:
        say("Not hidden: nothing to do.")
        return ExitCode.OK
    return show_report(report, None, view, code=report.code, json=json)
