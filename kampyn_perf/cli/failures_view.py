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
    total = sum(one.count for one in failures)
    console.say(f"\nWhat failed: {counted(total, 'request')}", style="bold red")
    shown = failures[:_MOST]
    counts = max(len(f"{one.count:,}") for one in shown)
    causes = max(len(one.cause) for one in shown)
    names = max(len(one.endpoint) for one in shown)
    for one in shown:
        console.say_wrapped(
            f"{one.count:>{counts},} {one.cause:<{causes}}  {one.endpoint:<{names}}  {when(one)}",
            indent="  ",
            style="red",
        )
        if one.message:
            console.say_wrapped(one.message, indent="    ")
    if len(failures) > _MOST:
        rest = sum(one.count for one in failures[_MOST:])
        console.say(f"  and {rest:,} in {len(failures) - _MOST} other ways, in result.json")


def when(failure: Failure) -> str:
    """`from 12.0 s to 40.0 s`, or the one second `at 12.0 s`."""
    first = format_duration(failure.first_us)
    if failure.last_us - failure.first_us <= failure.width_us:
        return f"at {first}"
    return f"from {first} to {format_duration(failure.last_us)}"
