"""Flags that several alert commands share, each declared once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kampyn_perf.cli.flags import JUDGED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kampyn_perf.alerts.rules import Rule

Sets = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="One value, as alerts.high_error_rate.fires='> 2 %'; may be given again.",
        rich_help_panel=JUDGED,
    ),
]


def chosen(name: str, sets: Sequence[str], only: Sequence[str] = ()) -> dict[str, Rule]:
    """The rules, or those of them that are named. Raises KampynError for a name that is none."""
    from kampyn_perf.alerts import settings
    from kampyn_perf.errors import KampynError

    rules = settings.load(name, sets=sets).alerts
    for alert in only:
        if alert not in rules:
            raise KampynError(f"no such alert: {alert}", hint=f"Known: {', '.join(rules)}")
    return {alert: rules[alert] for alert in only or rules}
