"""`kampyn-perf backend`: serve, seed, stop, audit and profile the bundled reference backend."""

from __future__ import annotations

import typer

from kampyn_perf.cli.backend import auditing, profiling, seeding, serving

app = typer.Typer(
    no_args_is_help=True,
    help="""The bundled reference backend.

    \b
    Serve it here until Ctrl-C, with more orders than usual; stop it from elsewhere:
      kampyn-perf backend seed --orders 100000
      kampyn-perf backend serve
      kampyn-perf backend stop
    """,
)
app.command()(serving.serve)
app.command()(seeding.seed)
app.command()(serving.stop)
app.command()(auditing.audit)
app.command()(profiling.profile)
