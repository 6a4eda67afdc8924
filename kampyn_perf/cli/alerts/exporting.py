"""`alerts export`: the rules for a Prometheus server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kampyn_perf.cli import completion
from kampyn_perf.cli.alerts.options import Sets
from kampyn_perf.cli.flags import RulesName


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
    match: Annotated[
        list[str],
        typer.Option(
            "--match",
            metavar="LABEL=VALUE",
            help="A label that the backend's series have, as job=kampyn; may be given again.",
        ),
    ] = [],  # noqa: B006
    match_node: Annotated[
        list[str],
        typer.Option(
            "--match-node",
            metavar="LABEL=VALUE",
            help="The same for node_exporter's; may be given again.",
        ),
    ] = [],  # noqa: B006
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
    from kampyn_perf.alerts.promql import Selector
    from kampyn_perf.backend.metrics import HTTP_BUCKETS
    from kampyn_perf.cli import console
    from kampyn_perf.cli.alerts import options
    from kampyn_perf.files import write_whole
    from kampyn_perf.units import MICROSECONDS

    chosen = options.chosen(rules, sets, names or ())
    selector = Selector(backend=_labels("--match", match), node=_labels("--match-node", match_node))
    text = prometheus.export(chosen, selector)
    edges_us = [round(edge * MICROSECONDS) for edge in HTTP_BUCKETS]
    for remark in prometheus.between_edges(chosen, edges_us):
        console.say(f"note: {remark}", style="yellow")
    if output:
        write_whole(output, text)
    else:
        console.print_text(text)
    return 0


def _labels(flag: str, texts: list[str]) -> dict[str, str]:
    import re

    from kampyn_perf.errors import KampynError

    labels = {}
    for text in texts:
        label, equals, value = text.partition("=")
        if not equals or not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", label):
            raise KampynError(f"{flag} {text}: expected LABEL=VALUE, as in job=kampyn")
        labels[label] = value
    return labels
