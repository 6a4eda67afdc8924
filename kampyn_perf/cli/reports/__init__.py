"""`kampyn-perf reports`: one module per command; features are imported inside the functions."""

from __future__ import annotations

import typer

from kampyn_perf.cli.reports import listing, pruning, showing, tagging

app = typer.Typer(
    name="reports",
    no_args_is_help=True,
    help="""The runs that were kept: list, show, tag and prune them.

    \b
    The newest; one of them; a name for it; what may go:
      kampyn-perf reports list
      kampyn-perf reports show latest-load
      kampyn-perf reports tag latest-load main --note "after index X"
      kampyn-perf reports prune --keep 50 --dry-run
    """,
)
app.command("list")(listing.list_runs)
app.command("show")(showing.show)
app.command("tag")(tagging.tag)
app.command("prune")(pruning.prune)
