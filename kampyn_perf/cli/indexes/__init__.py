"""`kampyn-perf indexes`: one module per command; features are imported inside the functions."""

from __future__ import annotations

import typer

from kampyn_perf.cli.indexes import (
    adopt,
    advise,
    apply,
    effect,
    exporter,
    importing,
    journal,
    lint,
    plan,
    stats,
    unhide,
    verify,
)

app = typer.Typer(
    name="indexes",
    no_args_is_help=True,
    help="""Plan, check, apply and verify database indexes, from a catalogue.

    \b
    What is wrong with the catalogue; what would change; the change; whether queries use it:
      kampyn-perf indexes lint
      kampyn-perf indexes plan --db mongodb://localhost:27017/kampyn
      kampyn-perf indexes apply --db mongodb://localhost:27017/kampyn
      kampyn-perf indexes verify --db mongodb://localhost:27017/kampyn
    """,
)
app.command("plan")(plan.plan)
app.command("apply")(apply.apply)
app.command("lint")(lint.lint)
app.command("verify")(verify.verify)
app.command("stats")(stats.stats)
app.command("effect")(effect.effect)
app.command("advise")(advise.advise)
app.command("unhide")(unhide.unhide)
app.command("journal")(journal.journal)
app.command("exporter")(exporter.exporter)
app.command("adopt")(adopt.adopt)
app.command("import")(importing.import_catalogue)
