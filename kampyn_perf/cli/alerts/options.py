"""Flags that several alert commands share, each declared once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kampyn_perf.alerts.rules import Rule

RulesName = Annotated[
    str,
    typer.Option("--rules", help="The rules: a file, or a name in configs/."),
]
Sets = Annotated[
    list[str],
    typer.Option(
        "--set", metavar="KEY=VALUE", help="One value: alerts.high_error_rate.fires='> 2 %'."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the machine form on stdout.")]


def chosen(name: str, sets: Sequence[str], only: Sequence[str] = ()) -> dict[str, Rule]:
    """The rules, or those of them that are named. Raises KampynError for a name that is none."""
    from kampyn_perf.alerts import settings
    from kampyn_perf.errors import KampynError

    rules = settings.load(name, sets=sets).alerts
    for each in only:
        if each not in rules:
            raise KampynError(f"no such alert: {each}", hint=f"Known: {', '.join(rules)}")
    return {each: rules[each] for each in only or rules}
