"""The page of a load: the verdict first, then whether and why, then everything over time. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markupsafe import Markup

from kampyn_perf.report.html import (
    about,
    distribution,
    judged,
    page,
    server,
    spans,
    sparkline,
    tables,
    timeline,
)
from kampyn_perf.report.html import (
    comparison as changed,
)
from kampyn_perf.report.html.chart import for_script
from kampyn_perf.report.html.history import Past
from kampyn_perf.results.comparison import Comparison
from kampyn_perf.results.failures import Failure
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.verdict import Verdict
from kampyn_perf.units import MICROSECONDS, format_duration

_MOST_FAILURES = 60


@dataclass(frozen=True)
class FailureRow:
    """One way to fail as it is shown."""

    failure: Failure
    when: str
    picture: Markup


@dataclass(frozen=True)
class Against:
    """An earlier run, and what the run of the page differs from it in."""

    name: str
    base: LoadResult
    comparison: Comparison


def load_page(
    result: LoadResult,
    verdict: Verdict | None = None,
    *,
    name: str = "",
    config: Mapping[str, Any] | None = None,
    against: Against | None = None,
    past: Sequence[Past] = (),
    live: bool = False,
    flame: str = "",
) -> bytes:
    """The document, UTF-8. `name` is the run's; `config` its resolved configuration; `against` an
    earlier run that it is compared with; `past` its main figures over the runs before it; `live`
    says that the run goes on, and where the page comes from tells of its changes; `flame` is the
    file beside it that has a flame graph."""
    base = (against.base, against.name) if against else None
    client = timeline.charts(result, verdict, base=base, live=live)
    watched = server.charts(result.measurements, timeline.goals_of(verdict))
    charts = [*client, *watched.charts, *watched.further]
    curve = distribution.curve(result, base=base)
    headline = judged.headline(verdict, live=live)
    shown_config = about.indented(config) if config else ""
    context = {
        "title": f"{headline} · {name or result.profile}",
        "headline": headline,
        "name": name or result.profile,
        "result": result,
        "verdict": verdict,
        "conclusion": judged.conclusion(verdict),
        "goals": judged.goals_of(verdict),
        "reasons": judged.reasons_of(result, verdict, charts),
        "more_goals": max(len(verdict.objectives) - judged.MOST_GOALS, 0) if verdict else 0,
        "key": about.key_of(result),
        "of_run": about.of_run(result),
        "against": against and changed.figures_of(against.comparison, name=against.name),
        "past": past,
        "health": about.health_of(result),
        "client": client,
        "server": watched,
        "distribution": curve,
        "failures": _failures(result),
        "more_failures": max(len(result.failures) - _MOST_FAILURES, 0),
        "tables": tables.of_load(result),
        "alerts": judged.alerts_of(result.alerts, result.elapsed_us, charts),
        "faults": judged.faults_of(result, charts),
        "machine": about.machine_of(result),
        "context_facts": about.pairs(result.context),
        "config": shown_config,
        "config_cut": len(shown_config) == about.MOST_CONFIGURATION,
        "partial": "" if live else judged.ended_early(result, verdict),
        "live": live,
        "flame": flame,
    }
    data = {
        "spans": [vars(span) for span in spans.spans(result)],
        "end": result.elapsed_us / MICROSECONDS,
        **for_script(charts),
        "curves": [curve] if curve else [],
    }
    return page.render("load.html", context, data=data, live=live)


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
