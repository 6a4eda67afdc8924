"""A verdict, and the run it judges, as Markdown for a pull request or a job's summary. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from kampyn_perf.report.markup import escape, table
from kampyn_perf.results.alerts import AlertRecord
from kampyn_perf.results.bench import BenchResult
from kampyn_perf.results.judgement import Judgement, Outcome
from kampyn_perf.results.load import Failure, Latency, LoadResult, Requests, most_telling
from kampyn_perf.results.unit import Unit
from kampyn_perf.results.verdict import Conclusion, Verdict
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
_MOST_CHARACTERS = 65_000
"""GitHub takes 65,536 in a comment and 1 MiB in a job's summary, and shows nothing of more."""
_MOST_ROWS = (200, 60, 15, 3)
"""Of each table; the first of these that stays within the limit."""
_MOST_FAILURES = 20
_UNFOLDED = 15
"""A longer table is folded away, but for what did not pass."""


def markdown(verdict: Verdict, result: LoadResult | BenchResult | None = None) -> bytes:
    """The document, UTF-8; with the figures of the run where `result` is given. However long names
    and lists are, it stays within what GitHub shows."""
    text = ""
    for most in _MOST_ROWS:
        text = _document(verdict, result, most)
        if len(text) <= _MOST_CHARACTERS:
            return text.encode()
    return _cut(text).encode()


def _cut(text: str) -> str:
    """As many whole lines as there is room for, outside of what is folded."""
    kept = text[: _MOST_CHARACTERS - 200].rpartition("\n")[0]
    opened = kept.count("<details>") - kept.count("</details>")
    return kept + "\n\n</details>" * opened + "\n\n_The rest is in the run's folder._\n"


def _document(verdict: Verdict, result: LoadResult | BenchResult | None, most: int) -> str:
    judgements = sorted(verdict.objectives, key=_urgency)
    blocks = [
        f"## {_MARKS_OF_ALL[verdict.conclusion]} kampyn-perf: {escape(verdict.headline)}",
        _bullets(verdict.reasons),
        _where_to_look(verdict),
        _phases(verdict),
        _objectives(judgements, most),
        _why(judgements, most),
    ]
    if isinstance(result, LoadResult):
        blocks += [
            _failures(result.failures, min(most, _MOST_FAILURES)),
            _alerts(result.alerts, most),
            _endpoints(result, most),
            _run(result),
        ]
    elif isinstance(result, BenchResult):
        blocks.append(f"_Benchmark of {escape(result.started_at)}, {escape(result.machine.cpu)}._")
    return "\n\n".join(block for block in blocks if block) + "\n"


def _urgency(judgement: Judgement) -> int:
    return judgement.outcome.urgency


def _objectives(judgements: Sequence[Judgement], most: int) -> str:
    """In one table; of many, those that passed are folded away below the others."""
    if len(judgements) <= min(_UNFOLDED, most):
        return _objective_table(judgements)
    passed = [judgement for judgement in judgements if judgement.outcome is Outcome.PASS]
    others = judgements[: len(judgements) - len(passed)]
    left = most - len(others[:most])
    blocks = [
        _objective_table(others[:most]) if others else "",
        _left_out(len(others[most:]), "objectives that did not pass", "verdict.json"),
        _folded(f"{len(passed)} passed", _objective_table(passed[:left]) if left else ""),
        _left_out(len(passed[left:]), "objectives that passed", "verdict.json"),
    ]
    return "\n\n".join(block for block in blocks if block)


def _folded(title: str, inside: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{inside}\n\n</details>" if inside else ""


def _left_out(count: int, what: str, file: str) -> str:
    return f"_{count} {what} left out; {file} has them._" if count else ""


def _objective_table(judgements: Iterable[Judgement]) -> str:
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


def _why(judgements: Iterable[Judgement], most: int) -> str:
    """The reasons of what did not pass; folded away, for there may be many."""
    missed = (judgement for judgement in judgements if judgement.outcome is not Outcome.PASS)
    told = (f"{_title(each)}: {each.explanation}" for each in islice(missed, most))
    return _folded("Why", _bullets(told))


def _phases(verdict: Verdict) -> str:
    """Whether the figures are of something at rest."""
    lines = [f"{phase.phase}: {phase.words}" for phase in verdict.steadiness]
    lines += [f"memory: {words}" for words in verdict.memory_lines]
    return _folded("Phases", _bullets(lines))


def _where_to_look(verdict: Verdict) -> str:
    lines = [f"{finding.rule}: {finding.words}" for finding in verdict.explanation]
    return f"**Where to look**\n\n{_bullets(lines)}" if lines else ""


def _failures(failures: Sequence[Failure], most: int) -> str:
    """What failed; the most frequent first, and the rest in a line."""
    if not failures:
        return ""
    rows = [
        (
            escape(failure.endpoint),
            failure.cause,
            f"{failure.count:,}",
            format_duration(failure.first_us),
            format_duration(failure.last_us),
            escape(failure.message),
        )
        for failure in failures[:most]
    ]
    heads = ("What failed", "Cause", "Requests", "First", "Last", "In the words of the first")
    rest = sum(failure.count for failure in failures[most:])
    more = f"\n\n_And {rest:,} in other ways._" if rest else ""
    return table(heads, "llrrrl", rows) + more


def _alerts(records: Sequence[AlertRecord], most: int) -> str:
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
    heads = ("Alert", "Severity", "Fired", "Value")
    fired = table(heads, "llll", firings[:most]) if firings else ""
    more = _left_out(len(firings[most:]), "firings", "result.json")
    blind = [record.name for record in records if not record.judged]
    words = f"_Alerts without data: {escape(', '.join(blind))}._" if firings and blind else ""
    return "\n\n".join(block for block in (fired, more, words) if block)


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


def _endpoints(result: LoadResult, most: int) -> str:
    """The failed and the slow first, where there are more than are shown; many are folded."""
    endpoints = most_telling(result.endpoints, most)
    shown = result.model_copy(update={"endpoints": endpoints})
    written = _requests("Endpoint", _named(shown))
    if rest := _left_out(len(result.endpoints) - len(endpoints), "endpoints", "result.json"):
        written += f"\n\n{rest}"
    if len(endpoints) <= _UNFOLDED:
        return written
    return _folded(f"{len(endpoints)} endpoints", written)


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
