"""What a page says of the objectives, and of why they were missed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kampyn_perf.report.html import intervals
from kampyn_perf.report.html.chart import Chart
from kampyn_perf.results.alerts import AlertRecord
from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.load import LoadResult, RunStatus
from kampyn_perf.results.verdict import Conclusion, Finding, Verdict
from kampyn_perf.units import MICROSECONDS, format_duration

MOST_GOALS = 200
MOST_FIRINGS = 60
_WHOLE = 0.98
"""Of a run: who is shown that much of it is shown all."""


@dataclass(frozen=True)
class Goal:
    """One objective as it is shown."""

    mark: str
    name: str
    scope: str
    judgement: Judgement
    picture: Markup
    reason: str
    """Why it is no plain pass, and what was left out; empty where the goal before it has said the
    same."""


@dataclass(frozen=True)
class Place:
    """A chart, and the stretch of it (seconds) that is meant; without one, the whole."""

    chart: str
    title: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Reason:
    """What a missed goal coincides with, and where that is to be seen."""

    finding: Finding
    when: str
    """Empty where it is the whole run."""
    places: Sequence[Place]


@dataclass(frozen=True)
class Fired:
    """One firing of an alert, and when (seconds)."""

    record: AlertRecord
    chart: str
    """Where that is seen; empty where no chart shows it."""
    words: str
    start: float
    end: float


@dataclass(frozen=True)
class Disturbed:
    """A fault that was done to the target on purpose, and when (seconds)."""

    name: str
    chart: str
    words: str
    start: float
    end: float


@dataclass(frozen=True)
class Alerts:
    """Firings in the order of time, as many as there is room for."""

    shown: Sequence[Fired]
    left_out: int


def headline(verdict: Verdict | None, *, live: bool) -> str:
    """What all of it comes to, in a line."""
    if not verdict:
        return "The run goes on; nothing is judged yet" if live else "Not judged"
    headline = verdict.headline
    return f"So far: {headline.removesuffix(' (partial run)')}" if live else headline


def ended_early(result: LoadResult, verdict: Verdict | None) -> str:
    """That the run is not whole, where no reason of the verdict says so."""
    if result.status is RunStatus.COMPLETE:
        return ""
    if not result.reason:
        return "The run was killed: what it had until then is here."
    told = any(result.reason in reason for reason in (verdict.reasons if verdict else ()))
    return "" if told else f"The run ended early: {result.reason}"


def conclusion(verdict: Verdict | None) -> str:
    """What colours the page."""
    return verdict.conclusion.value if verdict else Conclusion.NO_VERDICT.value


def goals_of(verdict: Verdict | None) -> list[Goal]:
    """The most urgent first, as many as there is room for."""
    judged: Sequence[Judgement] = verdict.objectives if verdict else ()
    goals: list[Goal] = []
    said = ""
    for judgement in sorted(judged, key=lambda judgement: judgement.outcome.urgency)[:MOST_GOALS]:
        mark, name = judgement.outcome.mark, judgement.name
        doubted = judgement.warned or judgement.masked_us
        plain = judgement.outcome is Outcome.PASS and not doubted
        reason = "" if plain else judgement.explanation
        scope = judgement.scope_text if judgement.scope else ""
        drawn = Markup(intervals.picture(judgement))  # noqa: S704 - numbers and escaped words
        goals.append(Goal(mark, name, scope, judgement, drawn, "" if reason == said else reason))
        said = reason
    return goals


def reasons_of(
    result: LoadResult, verdict: Verdict | None, charts: Sequence[Chart]
) -> list[Reason]:
    """Every finding with the charts of the metrics that it rests on."""
    shown = _by_metric(charts)
    reasons = []
    for finding in verdict.explanation if verdict else ():
        start, end, when = None, None, ""
        if (span := _part(finding, result.elapsed_us)) is not None:
            start, end = (us / MICROSECONDS for us in span)
            when = " to ".join(format_duration(us) for us in span)
        named = {shown[metric].id: shown[metric] for metric in finding.evidence if metric in shown}
        places = [Place(chart.id, chart.title, start, end) for chart in named.values()]
        reasons.append(Reason(finding, when, places))
    return reasons


def _part(finding: Finding, elapsed_us: int) -> tuple[int, int] | None:
    """The stretch of the run that it is about; None where it is all of it, or not known."""
    if finding.from_us is None or finding.to_us is None:
        return None
    whole = finding.to_us - finding.from_us >= _WHOLE * elapsed_us
    return None if whole else (finding.from_us, finding.to_us)


def alerts_of(records: Sequence[AlertRecord], elapsed_us: int, charts: Sequence[Chart]) -> Alerts:
    """When which alert fired; of what no chart shows, the first chart has the time."""
    shown = _by_metric(charts)
    first = charts[0].id if charts else ""
    every = [(record, firing) for record in records for firing in record.firings]
    every.sort(key=lambda one: one[1].fired_us)
    fired = [
        Fired(
            record,
            shown[record.metric].id if record.metric in shown else first,
            f"{record.span_text(firing)}: {record.firing_text(firing)}",
            firing.fired_us / MICROSECONDS,
            (firing.resolved_us or elapsed_us) / MICROSECONDS,
        )
        for record, firing in every[:MOST_FIRINGS]
    ]
    return Alerts(fired, len(every) - len(fired))


def faults_of(result: LoadResult, charts: Sequence[Chart]) -> list[Disturbed]:
    """Those that began; their place is the first chart."""
    first = charts[0].id if charts else ""
    return [
        Disturbed(
            fault.name,
            first,
            f"({fault.kind}), {fault.span_text}" + (f": {fault.error}" if fault.error else ""),
            fault.start_us / MICROSECONDS,
            (result.elapsed_us if fault.end_us is None else fault.end_us) / MICROSECONDS,
        )
        for fault in result.faults[:MOST_FIRINGS]
        if fault.began
    ]


def _by_metric(charts: Sequence[Chart]) -> dict[str, Chart]:
    shown: dict[str, Chart] = {}
    for chart in charts:
        for metric in chart.metrics:
            shown.setdefault(metric, chart)
    return shown
