"""`alerts export`: the rules for a Prometheus server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli import completion
from kampyn_perf.cli.alerts.options import Sets
from kampyn_perf.cli.flags import RulesName
from kampyn_perf.cli.selecting import Match, MatchNode, selector_of


def export(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ALERT]...",
            autocompletion=completion.alerts,
            help="Only these alerts.",
            show_default=False,
        ),
    ] = None,
    *,
    rules: RulesName = "alerts",
    sets: Sets = [],  # noqa: B006 - typer's way to declare a repeatable option
    match: Match = [],  # noqa: B006
    match_node: MatchNode = [],  # noqa: B006
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Put them into this file. Default: stdout."
        ),
    ] = None,
) -> int:
    """Print the rules as Prometheus alerting rules (YAML) for the bundled backend's metrics.

    They fire and resolve as here, hysteresis included, each scraped instance by itself. Needs
    Prometheus 2.42 or newer.

    \b
    Examples:
      kampyn-perf alerts export > /etc/prometheus/kampyn.rules.yml
      kampyn-perf alerts export high_error_rate --match job=kampyn
      kampyn-perf alerts export --output kampyn.rules.yml && promtool check rules kampyn.rules.yml
    """
    from kampyn_perf.alerts import prometheus
    from kampyn_perf.backend.metrics import HTTP_BUCKETS
    from kampyn_perf.cli import console
    from kampyn_perf.cli.alerts import options
    from kampyn_perf.files import write_whole
    from kampyn_perf.units import MICROSECONDS

    chosen = options.chosen(rules, sets, names or ())
    text = prometheus.export(chosen, selector_of(match, match_node))
    edges_us = [round(edge * MICROSECONDS) for edge in HTTP_BUCKETS]
    for remark in prometheus.between_edges(chosen, edges_us):
        console.say(f"note: {remark}", style="yellow")
    if output:
        write_whole(output, text)
    else:
        console.print_text(text)
    return 0
