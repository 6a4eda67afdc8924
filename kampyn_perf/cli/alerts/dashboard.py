"""`alerts dashboard`: what a Grafana server shows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.report.grafana import Board


def dashboard(
    board: Annotated[
        Board,
        typer.Argument(
            metavar="[run|production]",
            help="run: a load that goes on. production: a backend and its machine.",
        ),
    ] = Board.PRODUCTION,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Put it into this file. Default: stdout."
        ),
    ] = None,
) -> int:
    """Print a dashboard (JSON) that Grafana imports, over Prometheus.

    That of a run is over what `load --live-report` serves under /metrics; that of production over
    the metrics of the document's backend and its machine's node_exporter, with the goals as lines.

    \b
    Examples:
      kampyn-perf alerts dashboard > production.json
      kampyn-perf alerts dashboard run --output run.json
    """
    from kampyn_perf.cli import console
    from kampyn_perf.files import write_whole
    from kampyn_perf.report import grafana

    document = grafana.dashboard(board)
    if output is None:
        console.print_bytes(document)
    else:
        write_whole(output, document)
    return 0
