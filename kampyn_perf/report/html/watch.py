"""The page of backends that are watched without a load: how every alert stands, and what was seen.
Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kampyn_perf.report.html import judged, page, server
from kampyn_perf.report.html.chart import Goal, Span, for_script
from kampyn_perf.results.alerts import AlertRecord, AlertState
from kampyn_perf.results.series import Series, Unmeasured
from kampyn_perf.units import MICROSECONDS, counted, format_duration, format_moment

_MARKS = {AlertState.FIRING: "✗", AlertState.OK: "✓", AlertState.NO_DATA: "–"}
_COLOURS = {AlertState.FIRING: "fail", AlertState.OK: "pass", AlertState.NO_DATA: "no_data"}
_WORDS = {AlertState.FIRING: "FIRING", AlertState.OK: "ok", AlertState.NO_DATA: "no data"}


@dataclass(frozen=True, kw_only=True)
class WatchedRule:
    """One rule, and how it stands."""

    record: AlertRecord
    limit: float
    value: float | None = None
    """Of its window now; None: no data."""


@dataclass(frozen=True, kw_only=True)
class WatchedBackend:
    """One backend: its rules, and what its watchers saw."""

    url: str
    rules: Sequence[WatchedRule]
    series: Sequence[Series]
    unmeasured: Mapping[str, Unmeasured]
    remarks: Sequence[str]


@dataclass(frozen=True)
class _Row:
    """One rule as it is shown."""

    record: AlertRecord
    value: float | None
    now: str
    over: str
    state: str
    more: str
    mark: str
    colour: str


@dataclass(frozen=True)
class _Shown:
    """One backend as it is shown."""

    id: str
    url: str
    rules: Sequence[_Row]
    alerts: judged.Alerts
    server: server.ServerCharts
    unmeasured: Mapping[str, Unmeasured]
    remarks: Sequence[str]


def watch_page(
    watched: Sequence[WatchedBackend], *, started_at: str, elapsed_us: int, live: bool = True
) -> bytes:
    """The document, UTF-8; `live` says that the watch goes on."""
    shown = [_shown(number, backend, elapsed_us) for number, backend in enumerate(watched)]
    headline, conclusion = _headline(watched)
    headline = headline if live else f"Ended. {headline}"
    context = {
        "title": headline,
        "headline": headline,
        "conclusion": conclusion,
        "name": watched[0].url if len(watched) == 1 else "",
        "of_watch": [format_moment(started_at), f"for {format_duration(elapsed_us)}"],
        "watched": shown,
        "live": live,
    }
    charts = [
        chart for backend in shown for chart in (*backend.server.charts, *backend.server.further)
    ]
    data = {
        "spans": [
            vars(Span("alert", fired.record.name, fired.start, fired.end))
            for backend in shown
            for fired in backend.alerts.shown
        ],
        "end": max(elapsed_us, 1) / MICROSECONDS,
        **for_script(charts),
        "curves": [],
    }
    return page.render("watch.html", context, data=data, live=live)


def _headline(watched: Sequence[WatchedBackend]) -> tuple[str, str]:
    """In a line, and what colours the page."""
    by_state: dict[AlertState, list[str]] = defaultdict(list)
    for backend in watched:
        where = f" of {backend.url}" if len(watched) > 1 else ""
        for rule in backend.rules:
            by_state[rule.record.state].append(rule.record.name + where)
    number = sum(len(names) for names in by_state.values())
    firing, silent = by_state[AlertState.FIRING], by_state[AlertState.NO_DATA]
    if firing:
        return f"FIRING: {', '.join(firing)}", "fail"
    if len(silent) == number:
        return "No data to judge by yet", "no_verdict"
    rest = f"; {len(silent)} without data" if silent else ""
    return f"OK: none of {counted(number, 'alert')} fires{rest}", "pass"


def _shown(number: int, backend: WatchedBackend, elapsed_us: int) -> _Shown:
    goals: dict[str, list[Goal]] = defaultdict(list)
    for rule in backend.rules:
        if not rule.record.scope:
            goals[rule.record.metric].append(
                Goal(f"{rule.record.name} {rule.record.fires}", rule.limit)
            )
    seen = server.charts(backend.series, goals, prefix=f"backend-{number + 1}-")
    charts = [*seen.charts, *seen.further]
    return _Shown(
        id=f"backend-{number + 1}",
        url=backend.url,
        rules=[_row(rule) for rule in backend.rules],
        alerts=judged.alerts_of([rule.record for rule in backend.rules], elapsed_us, charts),
        server=seen,
        unmeasured=backend.unmeasured,
        remarks=backend.remarks,
    )


def _row(rule: WatchedRule) -> _Row:
    record = rule.record
    state = record.state
    fired = counted(len(record.firings) + record.unrecorded, "firing")
    more = record.reason if state is AlertState.NO_DATA else ""
    if record.firings:
        more = f"{more}; {fired}" if more else fired
    return _Row(
        record=record,
        value=rule.value,
        now="–" if rule.value is None else record.unit.text(rule.value),
        over=format_duration(record.window_us),
        state=_WORDS[state],
        more=more,
        mark=_MARKS[state],
        colour=_COLOURS[state],
    )
