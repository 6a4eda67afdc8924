"""What failed, on the terminal: endpoint, status or kind, how often, when, and in whose words."""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf.cli import console
from kampyn_perf.results.load import Failure
from kampyn_perf.units import counted, format_duration

_MOST = 10
"""Rows; the result has the rest."""


def show(failures: Sequence[Failure]) -> None:
    """Nothing where nothing failed."""
    if not failures:
        return
    total = sum(failure.count for failure in failures)
    console.say(f"\nWhat failed: {counted(total, 'request')}", style="bold red")
    shown = failures[:_MOST]
    counts = max(len(f"{failure.count:,}") for failure in shown)
    causes = max(len(failure.cause) for failure in shown)
    names = max(len(failure.endpoint) for failure in shown)
    for failure in shown:
        console.say_wrapped(
            f"{failure.count:>{counts},} {failure.cause:<{causes}}  {failure.endpoint:<{names}}  "
            f"{when(failure)}",
            indent="  ",
            style="red",
        )
        if failure.message:
            console.say_wrapped(failure.message, indent="    ")
    if len(failures) > _MOST:
        rest = sum(failure.count for failure in failures[_MOST:])
        console.say(f"  and {rest:,} in {len(failures) - _MOST} other ways, in result.json")


def when(failure: Failure) -> str:
    """`from 12.0 s to 40.0 s`, or the one second `at 12.0 s`."""
    first = format_duration(failure.first_us)
    if failure.last_us - failure.first_us <= failure.width_us:
        return f"at {first}"
    return f"from {first} to {format_duration(failure.last_us)}"
