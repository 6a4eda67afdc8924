"""A verdict on the terminal: a table of outcomes, and for each that is no pass the reason why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from kampyn_perf.cli import console
from kampyn_perf.results.verdict import (
    Conclusion,
    Judgement,
    Outcome,
    Verdict,
    unmeasured_reason,
)

if TYPE_CHECKING:
    from rich.table import Table

STYLES = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.INCONCLUSIVE: "yellow",
    Outcome.NO_DATA: "dim",
    Outcome.NOT_EXERCISED: "cyan",
    Outcome.INVALID: "magenta",
}
_ROOM_FOR_SAMPLES = 90
"""Columns of a terminal that has room for one more column of the table."""
_CONCLUSIONS = {
    Conclusion.PASS: ("PASS", "bold green"),
    Conclusion.FAIL: ("FAIL", "bold red"),
    Conclusion.NO_VERDICT: ("NO VERDICT", "bold magenta"),
}


def show(verdict: Verdict, *, explain: bool = False) -> None:
    """The table, the reasons of what did not pass (of all with `explain`), the conclusion."""
    console.show(_table(verdict))
    for outcome, names, why in _whys(verdict, every=explain):
        console.say(f"  {outcome.value} {names}: {why}", style=STYLES[outcome])
    word, style = _CONCLUSIONS[verdict.conclusion]
    console.say(f"{word}: {summary(verdict)}", style=style)
    for reason in verdict.reasons:
        console.say(f"  {reason}")


def _whys(verdict: Verdict, *, every: bool) -> Iterator[tuple[Outcome, str, str]]:
    """Outcome, names and reason; what nobody measured on one line, in the place of the first."""
    unmeasured = [
        judgement.name
        for judgement in verdict.objectives
        if judgement.outcome is Outcome.NO_DATA
        and judgement.explanation == unmeasured_reason(judgement.metric)
    ]
    for judgement in verdict.objectives:
        if judgement.outcome is Outcome.INVALID or (
            judgement.outcome is Outcome.PASS and not every
        ):
            continue
        if judgement.name not in unmeasured or len(unmeasured) == 1:
            yield judgement.outcome, _place(judgement), judgement.explanation
        elif judgement.name == unmeasured[0]:
            yield judgement.outcome, ", ".join(unmeasured), "nothing measured them in this run"


def summary(verdict: Verdict) -> str:
    """`9 pass, 1 fail, 4 no data`, and that the run is partial."""
    counts = [
        f"{verdict.count(outcome)} {outcome.value.replace('_', ' ')}"
        for outcome in Outcome
        if verdict.count(outcome)
    ]
    return ", ".join(counts) + (" (partial run)" if verdict.partial else "")


def _table(verdict: Verdict) -> Table:
    from rich.table import Table
    from rich.text import Text

    narrow = console.stderr().width < _ROOM_FOR_SAMPLES
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("objective", overflow="fold")
    table.add_column("target", justify="right")
    table.add_column("observed", justify="right")
    table.add_column("95 % interval")
    if not narrow:
        table.add_column("samples", justify="right")
    table.add_column("outcome")
    for judgement in verdict.objectives:
        style = STYLES[judgement.outcome]
        table.add_row(
            Text(_title(judgement)),
            Text(judgement.target_text),
            Text(judgement.observed_text),
            Text(judgement.interval_text),
            *([] if narrow else [f"{judgement.samples:,}" if judgement.samples else ""]),
            Text(judgement.outcome.value.replace("_", " "), style=style),
        )
    return table


def _title(judgement: Judgement) -> str:
    return _place(judgement) + ("" if judgement.required else " (optional)")


def _place(judgement: Judgement) -> str:
    return judgement.name + (f" [{judgement.scope_text}]" if judgement.scope else "")
