"""The page of a load: the verdict first, then whether and why, then everything over time. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import orjson
from markupsafe import Markup

from kampyn_perf.report.html import (
    distribution,
    intervals,
    page,
    server,
    sparkline,
    tables,
    timeline,
)
from kampyn_perf.results.failures import Failure
from kampyn_perf.results.load import LoadResult, RunStatus
from kampyn_perf.results.verdict import Conclusion, Judgement, Outcome, Verdict
from kampyn_perf.units import MICROSECONDS, counted, format_duration, format_percent, format_rate

_MOST_FAILURES = 60


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
class FailureRow:
    """One way to fail as it is shown."""

    failure: Failure
    when: str
    picture: Markup


def load_page(
    result: LoadResult,
    verdict: Verdict | None = None,
    *,
    name: str = "",
    config: Mapping[str, Any] | None = None,
    live: bool = False,
) -> bytes:
    """The document, UTF-8. `name` is the run's; `config` its resolved configuration; `live` says
    that the run goes on, and where the page comes from tells of its changes."""
    client = timeline.charts(result, verdict)
    watched = server.charts(result, verdict)
    curve = distribution.curve(result)
    headline = _headline(verdict, live=live)
    context = {
        "title": f"{headline} · {name or result.profile}",
        "headline": headline,
        "name": name or result.profile,
        "result": result,
        "verdict": verdict,
        "conclusion": _conclusion(verdict),
        "goals": _goals(verdict),
        "facts": _facts(result),
        "health": _health(result),
        "client": client,
        "server": watched,
        "distribution": curve,
        "failures": _failures(result),
        "more_failures": max(len(result.failures) - _MOST_FAILURES, 0),
        "tables": tables.of_load(result),
        "alerts": result.alerts,
        "machine": _machine(result),
        "context_facts": _pairs(result.context),
        "config": _indented(config) if config else "",
        "partial": result.status is not RunStatus.COMPLETE and not live,
        "live": live,
    }
    data = {
        "spans": [vars(span) for span in timeline.spans(result)],
        "end": result.elapsed_us / MICROSECONDS,
        "charts": [chart.for_script() for chart in (*client, *watched.charts, *watched.further)],
        "curves": [curve] if curve else [],
    }
    return page.render("load.html", context, data=data, live=live)


def _headline(verdict: Verdict | None, *, live: bool) -> str:
    if not verdict:
        return "The run goes on; nothing is judged yet" if live else "Not judged"
    headline = verdict.headline
    return f"So far: {headline.removesuffix(' (partial run)')}" if live else headline


def _conclusion(verdict: Verdict | None) -> str:
    return verdict.conclusion.value if verdict else Conclusion.NO_VERDICT.value


def _goals(verdict: Verdict | None) -> list[Goal]:
    judged: Sequence[Judgement] = verdict.objectives if verdict else ()
    goals: list[Goal] = []
    said = ""
    for one in sorted(judged, key=lambda one: one.outcome.urgency):
        plain = one.outcome is Outcome.PASS and not one.warned and not one.masked_us
        reason = "" if plain else one.explanation
        scope = one.scope_text if one.scope else ""
        drawn = Markup(intervals.picture(one))  # noqa: S704 - numbers and escaped words
        again = reason == said
        goals.append(Goal(one.outcome.mark, one.name, scope, one, drawn, "" if again else reason))
        said = reason
    return goals


def _facts(result: LoadResult) -> list[tuple[str, str]]:
    sessions = result.sessions
    latency = result.requests.response
    times = " / ".join(
        "–" if value is None else format_duration(value)
        for value in (latency.p50_us, latency.p95_us, latency.p99_us)
    )
    failed = result.requests.failed
    share = f" ({format_percent(failed / result.requests.count)})" if failed else ""
    return [
        ("Sessions", f"{sessions.started:,} of {sessions.planned:,} planned"),
        (
            "Requests",
            f"{result.requests.count:,}, {format_rate(round(result.requests_per_second, 1))}",
        ),
        ("Failed", f"{failed:,}{share}"),
        ("Response P50 / P95 / P99", times),
        ("Profile", f"{result.profile}, seed {result.seed}"),
        ("Target", f"{result.target.name}, {result.target.url}"),
        ("Started", result.started_at),
        ("Length", format_duration(result.elapsed_us)),
    ]


def _health(result: LoadResult) -> list[tuple[str, str]]:
    """How the generator was, and the watchers."""
    validity = result.validity
    late = validity.lateness
    rows = []
    if late.count:
        figures = (late.p50_us, late.p99_us, late.max_us)
        told = ", ".join(
            f"{format_duration(value)} {what}"
            for value, what in zip(figures, ("P50", "P99", "at most"), strict=True)
            if value is not None
        )
        rows.append(("Sessions started late by", told))
    if validity.cpu_share is not None:
        rows.append(("CPU of the generators", f"{format_percent(validity.cpu_share)} of a core"))
    if validity.cpu_steal_share is not None:
        rows.append(("CPU taken by the hypervisor", format_percent(validity.cpu_steal_share)))
    rows.append(("Event loop stood for at most", format_duration(validity.loop_lag_max_us)))
    rows.append(
        (
            "Garbage collection",
            f"{counted(validity.gc_pauses, 'pause')}, "
            f"{format_duration(validity.gc_pause_max_us)} at most",
        )
    )
    for what, room in (("Descriptors", validity.file_descriptors), ("Ports", validity.ports)):
        if room:
            rows.append((what, f"{room.used:,} of {room.limit:,}"))
    if result.watching:
        rows.append(
            ("CPU of the watchers", f"{format_percent(result.watching.cpu_share)} of a core")
        )
    return rows


def _failures(result: LoadResult) -> list[FailureRow]:
    rows = []
    for failure in result.failures[:_MOST_FAILURES]:
        counts = [0] * (result.elapsed_us // failure.width_us + 1)
        for at, count in zip(failure.at, failure.counts, strict=True):
            counts[min(at, len(counts) - 1)] += count
        when = f"{format_duration(failure.first_us)} to {format_duration(failure.last_us)}"
        label = escape(f"{failure.count:,} from {when}")
        drawn = Markup(sparkline.picture(counts, label=label))  # noqa: S704 - label is escaped
        rows.append(FailureRow(failure, when, drawn))
    return rows


def _machine(result: LoadResult) -> list[tuple[str, str]]:
    return _pairs(result.machine.model_dump(mode="json"))


def _pairs(values: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    """What is nested as a path: `versions.locust`."""
    pairs: list[tuple[str, str]] = []
    for key, value in values.items():
        if isinstance(value, Mapping):
            pairs += _pairs(value, f"{before}{key}.")
        else:
            pairs.append((f"{before}{key}", _plain(value)))
    return pairs


def _plain(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def _indented(config: Mapping[str, Any]) -> str:
    return orjson.dumps(config, option=orjson.OPT_INDENT_2, default=str).decode()
