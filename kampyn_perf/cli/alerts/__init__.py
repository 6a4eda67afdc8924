"""`kampyn-perf alerts`: one module per command; features are imported inside the functions."""

from __future__ import annotations

import typer

from kampyn_perf.cli.alerts import dashboard, exporting, listing, testing

app = typer.Typer(
    name="alerts",
    no_args_is_help=True,
    help="""Rules that say when somebody should be told: list, test and export them.

    \b
    As they will be judged; over a run that is past; for Prometheus:
      kampyn-perf alerts list
      kampyn-perf alerts test latest-load
      kampyn-perf alerts export --output kampyn.rules.yml
      kampyn-perf alerts dashboard > production.json
    """,
)
app.command("list")(listing.list_rules)
app.command("test")(testing.test)
app.command("export")(exporting.export)
app.command("dashboard")(dashboard.dashboard)
