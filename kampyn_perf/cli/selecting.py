"""Which of a Prometheus's series are meant: flags of all that writes for one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kampyn_perf.alerts.promql import Selector

Match = Annotated[
    list[str],
    typer.Option(
        "--match",
        metavar="LABEL=VALUE",
        help="A label that the backend's series have, as job=kampyn; may be given again.",
    ),
]
MatchNode = Annotated[
    list[str],
    typer.Option(
        "--match-node",
        metavar="LABEL=VALUE",
        help="The same for node_exporter's; may be given again.",
    ),
]


def selector_of(match: Sequence[str], match_node: Sequence[str]) -> Selector:
    """Which series are asked for. Raises KampynError for what is no label."""
    from kampyn_perf.alerts.promql import Selector

    return Selector(backend=_labels("--match", match), node=_labels("--match-node", match_node))


def _labels(flag: str, texts: Sequence[str]) -> dict[str, str]:
    from kampyn_perf.errors import KampynError

    labels = {}
    for text in texts:
        label, equals, value = text.partition("=")
        if not equals or not re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", label):
            raise KampynError(f"{flag} {text}: expected LABEL=VALUE, as in job=kampyn")
        labels[label] = value
    return labels
