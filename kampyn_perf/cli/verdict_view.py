"""A verdict on the terminal: how much was judged, what was missed why, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from kampyn_perf.cli import console
from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.verdict import Conclusion, Verdict
from kampyn_perf.units import counted, format_duration, format_percent, format_rate

STYLES = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.INCONCLUSIVE: "yellow",
    Outcome.NO_DATA: "dim",
    Outcome.NOT_EXERCISED: "cyan",
    Outcome.INVALID: "magenta",
}
_ROWS = (Outcome.FAIL, Outcome.INCONCLUSIVE, Outcome.NOT_EXERCISED)
"""Outcomes that get a row of their own, in this order."""
_TOGETHER = (Outcome.INVALID, Outcome.NO_DATA)
"""Outcomes told in one line for each reason."""
_CONCLUSIONS = {
    Conclusion.PASS: "bold green",
    Conclusion.FAIL: "bold red",
    Conclusion.NO_VERDICT: "bold magenta",
}
_INDENT = "    "


def show(verdict: Verdict, *, full: bool = False, result: LoadResult | None = None) -> None:
    """The conclusion, with the key figures of `result`; what was missed or not decided; what
    passed, a line (rows, if `full`); what nobody measured; where to look."""
    show_conclusion(verdict)
    if result is not None:
        console.say_wrapped(key_figures(result))
    for reason in verdict.reasons:
        console.say_wrapped(reason, indent="  ")
    outcomes = (*_ROWS, Outcome.PASS) if full else _ROWS
    rows = [
        judgement
        for outcome in outcomes
        for judgement in verdict.objectives
        if judgement.outcome is outcome
    ]
    console.say("")
    for judgement, line in zip(rows, aligned(rows, width=console.width()), strict=True):
        console.say(line, style=STYLES[judgement.outcome])
        console.say_wrapped(judgement.explanation, indent=_INDENT)
    if not full:
        _passed(verdict)
    for outcome in _TOGETHER:
        for line in _by_reason(verdict, outcome):
            console.say_wrapped(line, style=STYLES[outcome])
    _steadiness(verdict)
    _where_to_look(verdict)
    if full:
        show_unusual(verdict)


def show_conclusion(verdict: Verdict) -> None:
    """In a line."""
    console.say(verdict.headline, style=_CONCLUSIONS[verdict.conclusion])


def key_figures(result: LoadResult) -> str:
    """What is asked for first, in a line."""
    requests = result.requests
    p50, p95, p99 = (
        "–" if value is None else format_duration(value)
        for value in (requests.response.p50_us, requests.response.p95_us, requests.response.p99_us)
    )
    share = f" ({format_percent(requests.failed / requests.count)})" if requests.failed else ""
    return (
        f"P50 {p50}, P95 {p95}, P99 {p99}; {counted(requests.count, 'request')}, "
        f"{format_rate(round(result.requests_per_second, 1))}, {requests.failed:,} failed{share}; "
        f"{counted(result.sessions.started, 'session')} in {format_duration(result.elapsed_us)}"
    )


def aligned(judgements: Sequence[Judgement], *, width: int) -> list[str]:
    """A line for each: mark, name, observed, target, interval; without the interval, and the
    scope on its own, where `width` has no room."""
    columns: list[Callable[[Judgement], str]] = [
        lambda judgement: judgement.observed_text,
        lambda judgement: judgement.target_text,
        lambda judgement: judgement.interval_text,
    ]
    while columns:
        lines = _lines(judgements, columns)
        if all(len(line) <= width for line in lines):
            return lines
        columns.pop()
    return _lines(judgements, [])


def _lines(
    judgements: Sequence[Judgement], columns: Sequence[Callable[[Judgement], str]]
) -> list[str]:
    cells = [[column(judgement) for column in columns] for judgement in judgements]
    widths = [max(len(row[at]) for row in cells) for at in range(len(columns))] if cells else []
    titles = [_title(judgement) for judgement in judgements]
    widest = max((len(title) for title in titles), default=0)
    return [
        "  ".join(
            [
                f"{judgement.outcome.mark} {title:<{widest}}",
                *(f"{cell:>{size}}" for cell, size in zip(row, widths, strict=True)),
            ]
        ).rstrip()
        for judgement, title, row in zip(judgements, titles, cells, strict=True)
    ]


def _passed(verdict: Verdict) -> None:
    passed = [judgement for judgement in verdict.objectives if judgement.outcome is Outcome.PASS]
    if passed:
        figures = ", ".join(
            f"{_title(judgement)} {judgement.observed_text}{judgement.detectable_text}"
            for judgement in passed
        )
        console.say_wrapped(f"{Outcome.PASS.mark} passed: {figures}", style=STYLES[Outcome.PASS])


def _by_reason(verdict: Verdict, outcome: Outcome) -> Iterator[str]:
    judged = [judgement for judgement in verdict.objectives if judgement.outcome is outcome]

    def reason(judgement: Judgement) -> str:
        return judgement.explanation.replace(f"measured {judgement.metric} in", "measured it in")

    for words, group in groupby(sorted(judged, key=reason), key=reason):
        title = ", ".join(_title(judgement) for judgement in group)
        # A reason of the whole run stands above already.
        why = "" if words in verdict.reasons else f": {words}"
        yield f"{outcome.mark} {outcome.words}: {title}{why}"


def _steadiness(verdict: Verdict) -> None:
    """Of all phases, in a line: whether their figures are of something at rest."""
    phases = "; ".join(f"{phase.phase}: {phase.words}" for phase in verdict.steadiness)
    if phases:
        console.say_wrapped(f"phases: {phases}", style="dim")
    for words in verdict.memory_lines:
        console.say_wrapped(f"memory: {words}", style="dim")


def _where_to_look(verdict: Verdict) -> None:
    if verdict.explanation:
        console.say("\nWhere to look", style="bold")
    for finding in verdict.explanation:
        console.say_wrapped(f"{finding.rule}: {finding.words}", indent="  ")


def show_unusual(verdict: Verdict) -> None:
    """Stretches that were unlike the rest of the run."""
    if verdict.unusual:
        console.say("Unlike the rest of the run", style="bold")
    for stretch in verdict.unusual:
        console.say_wrapped(stretch.text, indent="  ")


def _title(judgement: Judgement) -> str:
    scope = f" [{judgement.scope_text}]" if judgement.scope else ""
    return judgement.name + scope + ("" if judgement.required else " (optional)")
