"""A verdict on the terminal: a table of outcomes, and for each that is no pass the reason why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kampyn_perf.cli import console
from kampyn_perf.results.verdict import Conclusion, Judgement, Outcome, Verdict

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
_CONCLUSIONS = {
    Conclusion.PASS: ("PASS", "bold green"),
    Conclusion.FAIL: ("FAIL", "bold red"),
    Conclusion.NO_VERDICT: ("NO VERDICT", "bold magenta"),
}


def show(verdict: Verdict, *, explain: bool = False) -> None:
    """The table, the reasons of what did not pass (of all with `explain`), the conclusion."""
    console.show(_table(verdict))
    told = [
        each
        for each in verdict.objectives
        if each.outcome is not Outcome.INVALID and (explain or each.outcome is not Outcome.PASS)
    ]
    for judgement in told:
        console.say(
            f"  {judgement.outcome.value} {judgement.name}: {judgement.explanation}",
            style=STYLES[judgement.outcome],
        )
    word, style = _CONCLUSIONS[verdict.conclusion]
    console.say(f"{word}: {summary(verdict)}", style=style)
    for reason in verdict.reasons:
        console.say(f"  {reason}")


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

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("objective")
    table.add_column("target", justify="right")
    table.add_column("observed", justify="right")
    table.add_column("95 % interval")
    table.add_column("samples", justify="right")
    table.add_column("outcome")
    for each in verdict.objectives:
        style = STYLES[each.outcome]
        table.add_row(
            Text(_title(each)),
            Text(each.target_text),
            Text(each.observed_text),
            Text(each.interval_text),
            f"{each.samples:,}" if each.samples else "",
            Text(each.outcome.value.replace("_", " "), style=style),
        )
    return table


def _title(judgement: Judgement) -> str:
    optional = "" if judgement.required else " (optional)"
    scope = f" [{judgement.scope_text}]" if judgement.scope else ""
    return f"{judgement.name}{scope}{optional}"
