"""Charts of what the client saw, second by second. Pure.

The figures of response times are those of the result's own seconds; service times come from its
breakdown, which has them for the requests that succeeded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from kampyn_perf import names
from kampyn_perf.histogram import Layout, rank_of
from kampyn_perf.report.html.chart import Chart, Goal, Line, Span, thinned
from kampyn_perf.results.breakdown import Breakdown, Sparse
from kampyn_perf.results.faults import FaultRecord
from kampyn_perf.results.load import LoadResult, Second
from kampyn_perf.results.verdict import Verdict
from kampyn_perf.units import MICROSECONDS, format_duration, format_rate

_LEAST_SPAN = 200
"""Of the whole run: a kill takes no time, and is seen."""
_MOST_CAUSES = 6
_TIMES = ("response_time", "service_time", "session_time")
_ERRORS = ("error_rate", "error_rate_4xx", "error_rate_5xx", "availability")
_PERCENTILES = (("P50", "p50_us"), ("P95", "p95_us"), ("P99", "p99_us"))


Base = tuple[LoadResult, str]
"""Another run, whose lines stand beside this one's, and its name."""


def charts(result: LoadResult, verdict: Verdict | None, *, base: Base | None = None) -> list[Chart]:
    """Rates, response times, sessions in flight, lateness, and errors where there were some."""
    seconds = _all_seconds(result)
    if not seconds:
        return []
    goals = goals_of(verdict)["response_time"]
    times = _times(result, seconds, goals, base)
    made = [_rates(seconds, base), times, _in_flight(seconds), _late(seconds)]
    if result.failures:
        made.insert(2, _errors(result))
    return made


def spans(result: LoadResult) -> list[Span]:
    """The phases, when alerts fired, and what was done to the target on purpose."""
    phases = [
        Span("phase", phase.name, _s(phase.start_us), _s(phase.start_us + phase.duration_us))
        for phase in result.phases
    ]
    if result.warm_up:
        phases.insert(0, Span("phase", "warm-up", 0.0, _s(result.warm_up.duration_us)))
    fired = [
        Span("alert", record.name, _s(firing.fired_us), _s(firing.resolved_us or result.elapsed_us))
        for record in result.alerts
        for firing in record.firings
    ]
    faults = [
        Span(
            "fault", f"{fault.name} ({fault.kind})", _s(fault.start_us), _s(_end_of(fault, result))
        )
        for fault in result.faults
        if fault.began
    ]
    return phases + _together(fired) + faults


def _together(fired: Sequence[Span]) -> list[Span]:
    """Where one or more were: shades that lie over each other would hide the chart."""
    joined: list[Span] = []
    for span in sorted(fired, key=lambda span: span.start):
        last = joined[-1] if joined else None
        if last and span.start <= last.end:
            known = span.name in last.name.split(", ")
            told = last.name if known else f"{last.name}, {span.name}"
            joined[-1] = replace(last, name=told, end=max(last.end, span.end))
        else:
            joined.append(span)
    return joined


def _end_of(fault: FaultRecord, result: LoadResult) -> int:
    """At least so long that it can be seen."""
    end = result.elapsed_us if fault.end_us is None else fault.end_us
    return max(end, fault.start_us + result.elapsed_us // _LEAST_SPAN)


def goals_of(verdict: Verdict | None) -> dict[str, list[Goal]]:
    """The thresholds of the objectives about the whole, by metric."""
    goals: dict[str, list[Goal]] = defaultdict(list)
    for judgement in verdict.objectives if verdict else ():
        if not judgement.scope:
            goals[judgement.metric].append(
                Goal(f"{judgement.name} {judgement.target_text}", judgement.target)
            )
    return goals


def _rates(seconds: Sequence[Second], base: Base | None) -> Chart:
    def rate(count: Callable[[Second], int]) -> Callable[[Second], float]:
        return lambda second: count(second) * MICROSECONDS / second.width_us

    requests = rate(lambda second: second.requests)
    peak = max(requests(second) for second in seconds)
    return _chart(
        "rates",
        "Requests and sessions",
        "per_s",
        seconds,
        [
            _line("requests", requests, seconds),
            _line("failed requests", rate(lambda second: second.failed), seconds),
            _line("sessions started", rate(lambda second: second.started), seconds),
            *_beside(base, seconds, "requests", requests),
        ],
        metrics=("throughput",),
        words=f"Requests, failed requests and started sessions per second; at most "
        f"{format_rate(round(peak, 2))} requests.",
    )


def _times(
    result: LoadResult, seconds: Sequence[Second], goals: Sequence[Goal], base: Base | None
) -> Chart:
    lines = [_line(f"{name} response", _response(key), seconds) for name, key in _PERCENTILES]
    if result.breakdown:
        at_stretch = service_p95(result.breakdown)
        if at_stretch:
            width = result.breakdown.width_us
            service = [at_stretch.get(second.at_us // width) for second in seconds]
            lines.append(Line("P95 service", service, dashed=True))
    lines += _beside(base, seconds, "P95 response", _response("p95_us"))
    worst = max((second.response.p99_us or 0 for second in seconds if second.response), default=0)
    return _chart(
        "times",
        "Response and service time",
        "us",
        seconds,
        lines,
        goals=goals,
        metrics=_TIMES,
        words="P50, P95 and P99 of the response time, from when a request was due, and P95 of the "
        f"service time, from when it was sent, by second; P99 at most {format_duration(worst)}.",
    )


def _response(key: str) -> Callable[[Second], float | None]:
    return lambda second: getattr(second.response, key) if second.response else None


def _line(name: str, value: Callable[[Second], float | None], seconds: Sequence[Second]) -> Line:
    return Line(name, [value(second) for second in seconds])


def _beside(
    base: Base | None,
    seconds: Sequence[Second],
    name: str,
    value: Callable[[Second], float | None],
) -> list[Line]:
    """The base's line, at the same time since its start."""
    if base is None:
        return []
    run, of = base
    there = {second.at_us: value(second) for second in _all_seconds(run)}
    return [
        Line(
            f"{name}, {of}", [there.get(second.at_us) for second in seconds], dashed=True, base=True
        )
    ]


def _all_seconds(result: LoadResult) -> list[Second]:
    """Those of the warm-up, too."""
    return [*(result.warm_up.seconds if result.warm_up else ()), *result.seconds]


def service_p95(breakdown: Breakdown) -> dict[int, int]:
    """P95 of the service time (µs) of what succeeded, by the number of the stretch."""
    parts: dict[int, list[Sparse]] = defaultdict(list)
    for group in breakdown.requests:
        for row in group.rows():
            parts[row.at].append(row.service)
    ends = Layout(breakdown.splits_us).ends_us()
    return {
        at: value
        for at, sparse in parts.items()
        if (value := _quantile(sparse, ends, 0.95)) is not None
    }


def _quantile(parts: Sequence[Sparse], ends: np.ndarray, quantile: float) -> int | None:
    """The end of the bucket of the ceil(q n)-th value."""
    places = np.concatenate([part.places for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    total = int(counts.sum())
    if not total:
        return None
    order = np.argsort(places, kind="stable")
    place = int(np.searchsorted(np.cumsum(counts[order]), rank_of(quantile, total)))
    return int(ends[places[order][place]])


def _in_flight(seconds: Sequence[Second]) -> Chart:
    peak = max(second.in_flight for second in seconds)
    return _chart(
        "in-flight",
        "Sessions in flight",
        "count",
        seconds,
        [_line("sessions in flight", lambda second: second.in_flight, seconds)],
        metrics=(names.SESSIONS_IN_FLIGHT,),
        words=f"Sessions at work at the end of each second; at most {peak:,}.",
    )


def _late(seconds: Sequence[Second]) -> Chart:
    latest = max(second.late_max_us for second in seconds)
    return _chart(
        "lateness",
        "Schedule lateness",
        "us",
        seconds,
        [_line("latest start", lambda second: second.late_max_us, seconds)],
        metrics=(names.START_LAG,),
        words="How late the latest session of each second was started; at most "
        f"{format_duration(latest)}.",
    )


def _errors(result: LoadResult) -> Chart:
    """Failed requests per second by cause: of the most frequent ones, and of all others."""
    width = max(failure.width_us for failure in result.failures)
    causes: dict[str, Counter[int]] = defaultdict(Counter)
    for failure in result.failures:
        for number, count in zip(failure.at, failure.counts, strict=True):
            causes[failure.cause][number * failure.width_us // width] += count
    by_count = sorted(causes, key=lambda cause: -causes[cause].total())
    named = {cause: causes[cause] for cause in by_count[:_MOST_CAUSES]}
    if rest := by_count[_MOST_CAUSES:]:
        named[f"{len(rest)} other causes"] = sum((causes[cause] for cause in rest), Counter())
    stretches = range(result.elapsed_us // width + 1)
    rates = [[counts[n] * MICROSECONDS / width for n in stretches] for counts in named.values()]
    moments, columns = thinned([_s(number * width) for number in stretches], rates)
    return Chart(
        "errors",
        "Failed requests by cause",
        "per_s",
        moments,
        [Line(name, values) for name, values in zip(named, columns, strict=True)],
        metrics=_ERRORS,
        words=f"Failed requests per second by cause; most of them {by_count[0]}.",
    )


def _chart(
    name: str,
    title: str,
    unit: str,
    seconds: Sequence[Second],
    lines: Sequence[Line],
    *,
    words: str,
    metrics: Sequence[str],
    goals: Sequence[Goal] = (),
) -> Chart:
    at, thin = thinned([_s(second.at_us) for second in seconds], [line.values for line in lines])
    kept = [replace(line, values=values) for line, values in zip(lines, thin, strict=True)]
    return Chart(name, title, unit, at, kept, goals=goals, metrics=metrics, words=words)


def _s(us: int) -> float:
    return us / MICROSECONDS
