"""A verdict, and the run it judges, as Markdown for a pull request or a job's summary. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kampyn_perf.report.markup import escape, table
from kampyn_perf.results.alerts import AlertRecord
from kampyn_perf.results.bench import BenchResult
from kampyn_perf.results.load import Failure, Latency, LoadResult, Requests, most_telling
from kampyn_perf.results.verdict import Conclusion, Judgement, Outcome, Unit, Verdict
from kampyn_perf.units import format_duration, format_rate

_MARKS_OF_ALL = {
    Conclusion.PASS: "✅",
    Conclusion.FAIL: "❌",
    Conclusion.NO_VERDICT: "⚠️",
}
_MARKS = {
    Outcome.PASS: "✅ pass",
    Outcome.FAIL: "❌ fail",
    Outcome.INCONCLUSIVE: "❔ inconclusive",
    Outcome.NO_DATA: "➖ no data",
    Outcome.NOT_EXERCISED: "➖ not exercised",
    Outcome.INVALID: "⚠️ invalid",
}
_MOST_FAILURES = 20
_MOST_ENDPOINTS = 200
"""Of a job's summary GitHub shows 1 MB at most, and nothing of a longer one."""
_UNFOLDED = 15
"""A longer table of endpoints is folded away."""


def markdown(verdict: Verdict, result: LoadResult | BenchResult | None = None) -> bytes:
    """The document, UTF-8; with the figures of the run where `result` is given."""
    blocks = [
        f"## {_MARKS_OF_ALL[verdict.conclusion]} kampyn-perf: {escape(verdict.headline)}",
        _bullets(verdict.reasons),
        _where_to_look(verdict),
        _phases(verdict),
        _objectives(sorted(verdict.objectives, key=_urgency)),
        _why(sorted(verdict.objectives, key=_urgency)),
    ]
    if isinstance(result, LoadResult):
        blocks += [
            _failures(result.failures),
            _alerts(result.alerts),
            _endpoints(result),
            _run(result),
        ]
    elif isinstance(result, BenchResult):
        blocks.append(f"_Benchmark of {escape(result.started_at)}, {escape(result.machine.cpu)}._")
    return ("\n\n".join(block for block in blocks if block) + "\n").encode()


def _urgency(judgement: Judgement) -> int:
    return judgement.outcome.urgency


def _objectives(judgements: Iterable[Judgement]) -> str:
    return table(
        ("Objective", "Target", "Observed", "95 % interval", "Samples", "Outcome"),
        "lrrlrl",
        [
            (
                escape(_title(judgement)),
                escape(judgement.target_text),
                escape(judgement.observed_text),
                escape(judgement.interval_text),
                f"{judgement.samples:,}" if judgement.samples else "",
                _MARKS[judgement.outcome],
            )
            for judgement in judgements
        ],
    )


def _why(judgements: Iterable[Judgement]) -> str:
    """The reasons of what did not pass; folded away, for there may be many."""
    told = [
        f"{_title(judgement)}: {judgement.explanation}"
        for judgement in judgements
        if judgement.outcome is not Outcome.PASS
    ]
    if not told:
        return ""
    return f"<details><summary>Why</summary>\n\n{_bullets(told)}\n\n</details>"


def _phases(verdict: Verdict) -> str:
    """Whether the figures are of something at rest."""
    lines = [f"{one.phase}: {one.words}" for one in verdict.steadiness]
    inside = _bullets(lines)
    return f"<details><summary>Phases</summary>\n\n{inside}\n\n</details>" if lines else ""


def _where_to_look(verdict: Verdict) -> str:
    lines = [f"{finding.rule}: {finding.words}" for finding in verdict.explanation]
    return f"**Where to look**\n\n{_bullets(lines)}" if lines else ""


def _failures(failures: Sequence[Failure]) -> str:
    """What failed; the most frequent first, and the rest in a line."""
    if not failures:
        return ""
    rows = [
        (
            escape(one.endpoint),
            one.cause,
            f"{one.count:,}",
            format_duration(one.first_us),
            format_duration(one.last_us),
            escape(one.message),
        )
        for one in failures[:_MOST_FAILURES]
    ]
    heads = ("What failed", "Cause", "Requests", "First", "Last", "In the words of the first")
    rest = sum(one.count for one in failures[_MOST_FAILURES:])
    more = f"\n\n_And {rest:,} in other ways._" if rest else ""
    return table(heads, "llrrrl", rows) + more


def _alerts(records: Sequence[AlertRecord]) -> str:
    """Every firing; the rest in a line, for a rule without data was not quiet."""
    firings = [
        (
            escape(record.name),
            record.severity.value,
            escape(record.span_text(firing)),
            escape(record.firing_text(firing)),
        )
        for record in records
        for firing in record.firings
    ]
    fired = table(("Alert", "Severity", "Fired", "Value"), "llll", firings) if firings else ""
    blind = [record.name for record in records if not record.judged]
    words = f"_Alerts without data: {escape(', '.join(blind))}._" if firings and blind else ""
    return "\n\n".join(block for block in (fired, words) if block)


def _requests(title: str, named: Sequence[tuple[str, Requests]]) -> str:
    return table(
        (title, "Requests", "Failed", "P50", "P95", "P99", "Max", "Service P95"),
        "lrrrrrrr",
        [
            (
                escape(name),
                f"{group.count:,}",
                f"{group.failed:,}",
                *(_time(value) for value in _figures(group.response)),
                _time(group.service.p95_us),
            )
            for name, group in named
        ],
    )


def _endpoints(result: LoadResult) -> str:
    """The failed and the slow first, where there are more than are shown; many are folded."""
    endpoints = most_telling(result.endpoints, _MOST_ENDPOINTS)
    shown = result.model_copy(update={"endpoints": endpoints})
    written = _requests("Endpoint", _named(shown))
    rest = len(result.endpoints) - len(endpoints)
    if rest:
        written += f"\n\n_{rest} endpoints left out; result.json has them._"
    if len(endpoints) <= _UNFOLDED:
        return written
    title = f"{len(endpoints)} endpoints"
    return f"<details><summary>{title}</summary>\n\n{written}\n\n</details>"


def _named(result: LoadResult) -> list[tuple[str, Requests]]:
    return [(endpoint.name, endpoint.requests) for endpoint in result.endpoints] + [
        ("all", result.requests)
    ]


def _figures(latency: Latency) -> tuple[int | None, ...]:
    return latency.p50_us, latency.p95_us, latency.p99_us, latency.max_us


def _run(result: LoadResult) -> str:
    rate = format_rate(round(result.requests_per_second, 1))
    return (
        f"_Profile {escape(result.profile)} against {escape(result.target.name)}, "
        f"{escape(result.started_at)}, {format_duration(result.elapsed_us)}: "
        f"{result.sessions.started:,} sessions, {result.requests.count:,} requests, {rate}. "
        f"{escape(result.machine.cpu)}, {result.machine.cores} cores._"
    )


def _time(value: int | None) -> str:
    return "–" if value is None else Unit.DURATION.text(value)


def _title(judgement: Judgement) -> str:
    scope = f" ({judgement.scope_text})" if judgement.scope else ""
    return f"{judgement.name}{scope}{'' if judgement.required else ', optional'}"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {escape(line)}" for line in lines)
