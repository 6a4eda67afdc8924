"""The page of a capacity search: the answer, every step's curve, and what was exhausted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from kampyn_perf.report.html import page
from kampyn_perf.report.html.about import KeyFigure
from kampyn_perf.report.html.chart import shortened
from kampyn_perf.report.html.tables import Cell, Table
from kampyn_perf.results.capacity import (
    Answer,
    Beyond,
    CapacityResult,
    CapacityStep,
    Ending,
    RateRange,
    StepKind,
)
from kampyn_perf.results.judgement import Bounds
from kampyn_perf.results.load import Target
from kampyn_perf.results.unit import Unit
from kampyn_perf.units import format_duration, format_moment, format_percent, format_rate

_GOOD = (Ending.FOUND,)
_WORDS = {True: "held", False: "missed", None: "does not say"}


def capacity_page(result: CapacityResult, *, name: str = "") -> bytes:
    """The document, UTF-8. `name` is the run's."""
    steps = [step for step in result.steps if step.kind is not StepKind.LADDER]
    rungs = [step for step in result.steps if step.kind is StepKind.LADDER]
    headline = _headline(result)
    context = {
        "title": headline,
        "headline": headline,
        "name": name or result.target.name,
        "conclusion": "pass" if result.ending in _GOOD else "no_verdict",
        "result": result,
        "key": _key(result),
        "of_search": [
            _target_text(result.target),
            format_moment(result.started_at),
            f"{format_duration(result.elapsed_us)} of {format_duration(result.budget_us)}",
        ],
        "facts": _facts(result),
        "steps": _table("steps", "Steps at a rate", steps),
        "rungs": _table("rungs", "With a fixed number of users", rungs) if rungs else None,
        "live": False,
    }
    curves = [_times(result, steps), _rates(result, steps)] if steps else []
    return page.render("capacity.html", context, data={"spans": [], "charts": [], "curves": curves})


def _target_text(target: Target) -> str:
    """Without the address of a backend that was started for each step, on some free port."""
    return target.name if target.url.endswith(":0") else f"{target.name}, {target.url}"


def _headline(result: CapacityResult) -> str:
    answer = result.answer
    if answer is None:
        return f"No capacity found: {result.reason or 'the search was ended'}"
    return f"Capacity: {_both(answer, lambda rates: _short(rates.rate))}"


def _both(answer: Answer, told: Callable[[RateRange], str]) -> str:
    least = "at least " if answer.at_least else ""
    sessions, requests = told(answer.sessions), told(answer.requests)
    return f"{least}{sessions} sessions, {least}{requests} requests"


def _short(rate: float) -> str:
    return format_rate(float(f"{rate:.3g}"))


def _with_ends(rate: RateRange) -> str:
    """With the interval, where there is one."""
    ends = rate.interval
    told = f" ({_ends(ends)})" if ends.low is not None and ends.high is not None else ""
    return f"{_short(rate.rate)}{told}"


def _ends(interval: Bounds) -> str:
    low, high = ("" if end is None else _short(end) for end in (interval.low, interval.high))
    if not low or not high:
        return f"at least {low}" if low else f"at most {high}" if high else "not known"
    return f"{low} to {high}"


def _key(result: CapacityResult) -> list[KeyFigure]:
    """Sessions, requests, and what breaks first."""
    answer = result.answer
    if answer is None:
        return []
    figures = [
        KeyFigure(name, _short(rates.rate), _ends(rates.interval), rates.rate)
        for name, rates in (("Sessions", answer.sessions), ("Requests", answer.requests))
    ]
    if answer.broke_first:
        figures.append(KeyFigure("Breaks first", answer.broke_first))
    return figures


def _facts(result: CapacityResult) -> list[tuple[str, str]]:
    answer = result.answer
    facts = [("How it ended", result.reason or "the search was killed")]
    if answer:
        if near := answer.near_text:
            facts.append(("Steps near it", near))
        if answer.cliff:
            facts.append(("Shape", "a cliff: it breaks from one rate to the next"))
        if answer.drift is not None:
            facts.append(("The limit moved by", format_percent(answer.drift)))
    return [*facts, *_by_requests(result.beyond)]


def _by_requests(beyond: Beyond | None) -> list[tuple[str, str]]:
    """The limit by response times and errors alone."""
    if beyond is None:
        return []
    told = (
        _both(beyond.answer, _with_ends) if beyond.answer else beyond.reason or "not searched for"
    )
    facts = [
        ("By response times and errors alone", told),
        ("Objectives left out of that", ", ".join(beyond.aside)),
    ]
    if beyond.answer and beyond.answer.broke_first:
        facts.append(("Breaks first of these", beyond.answer.broke_first))
    if beyond.answer and (near := beyond.answer.near_text):
        facts.append(("Steps near that limit", near))
    return facts


def _times(result: CapacityResult, steps: Sequence[CapacityStep]) -> dict[str, Any]:
    figures: list[tuple[str, Callable[[CapacityStep], float | None]]] = [
        ("P50", lambda step: step.p50_us),
        ("P95", lambda step: step.p95_us),
        ("P99", lambda step: step.p99_us),
    ]
    return _curve(result, "times", "us", steps, figures)


def _rates(result: CapacityResult, steps: Sequence[CapacityStep]) -> dict[str, Any]:
    figures: list[tuple[str, Callable[[CapacityStep], float | None]]] = [
        ("sessions that ended well", lambda step: step.completed_rate),
        ("successful requests", lambda step: step.requests_rate),
    ]
    return _curve(result, "rates", "per_s", steps, figures)


def _curve(
    result: CapacityResult,
    name: str,
    unit: str,
    steps: Sequence[CapacityStep],
    figures: Sequence[tuple[str, Callable[[CapacityStep], float | None]]],
) -> dict[str, Any]:
    """Every step, also those that were rejected; the interval of the answer as a band."""
    ordered = sorted(steps, key=lambda step: step.rate)
    bands = []
    if result.answer:
        interval = result.answer.sessions.interval
        if interval.low is not None and interval.high is not None:
            bands.append({"from": shortened(interval.low), "to": shortened(interval.high)})
    return {
        "id": name,
        "axis": "rate",
        "unit": unit,
        "at": [shortened(step.rate) for step in ordered],
        "lines": [
            {"name": words, "dashed": False, "values": [shortened(value(step)) for step in ordered]}
            for words, value in figures
        ],
        "bands": bands,
        "held": [step.holds for step in ordered],
        "goals": _goals(result) if unit == "us" else [],
    }


def _goals(result: CapacityResult) -> list[dict[str, Any]]:
    """Of the objectives about response times."""
    goals = []
    for name, target in result.objectives.items():
        value = Unit.DURATION.parse(target.lstrip("<= "))
        if name.startswith("response_time") and value is not None:
            goals.append({"name": f"{name} {target}", "value": value})
    return goals


_Column = tuple[str, Callable[[CapacityStep], Cell]]
_COLUMNS: tuple[_Column, ...] = (
    ("Step", lambda step: Cell(str(step.number))),
    ("Kind", lambda step: Cell(step.kind.value)),
    ("Offered", lambda step: _per_second(step.rate)),
    ("Objectives", lambda step: Cell(_WORDS[step.holds])),
    ("Users", lambda step: Cell("" if step.users is None else str(step.users), step.users)),
    ("Ended well", lambda step: _per_second(step.completed_rate)),
    ("Requests", lambda step: _per_second(step.requests_rate)),
    ("In flight", lambda step: Cell(f"{step.in_flight:,.1f}", step.in_flight)),
    ("P50", lambda step: _time(step.p50_us)),
    ("P95", lambda step: _time(step.p95_us)),
    ("P99", lambda step: _time(step.p99_us)),
    ("Steady", lambda step: Cell(step.steadiness.value)),
    ("Why", lambda step: Cell("; ".join(_why(step)))),
)
_WORDY = ("Kind", "Objectives", "Steady", "Why")


def _table(name: str, title: str, steps: Sequence[CapacityStep]) -> Table:
    """Every step; without the columns that none of them has anything in."""
    cells = {head: [cell(step) for step in steps] for head, cell in _COLUMNS}
    shown = {head: column for head, column in cells.items() if any(one.text for one in column)}
    return Table(
        name,
        title,
        list(shown),
        list(zip(*shown.values(), strict=True)),
        words=[at for at, head in enumerate(shown) if head in _WORDY],
    )


def _why(step: CapacityStep) -> list[str]:
    said = [*step.missed, *step.invalid, step.ended_early, step.lost, step.note]
    return [words for words in said if words]


def _per_second(value: float) -> Cell:
    return Cell(_short(value), value)


def _time(value: int | None) -> Cell:
    return Cell("–" if value is None else format_duration(value), value)
