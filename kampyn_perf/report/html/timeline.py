"""Charts of what the client saw, second by second. Pure.

The figures of response times are those of the result's own seconds; service times come from its
breakdown, which has them for the requests that succeeded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

from kampyn_perf import names
from kampyn_perf.report.html.chart import Chart, Goal, Line, thinned
from kampyn_perf.report.html.service import service_p95
from kampyn_perf.results.load import LoadResult, Second
from kampyn_perf.results.verdict import Verdict
from kampyn_perf.units import MICROSECONDS, counted, format_duration, format_rate

_LEAST_LASTED = 0.5
"""Of its stretch: the run ended within the last one, and in less of it a rate is chance."""
_MOST_CAUSES = 6
_TIMES = ("response_time", "service_time", "session_time")
_ERRORS = ("error_rate", "error_rate_4xx", "error_rate_5xx", "availability")
_PERCENTILES = (("P50", "p50_us"), ("P95", "p95_us"), ("P99", "p99_us"))


Base = tuple[LoadResult, str]
"""Another run, whose lines stand beside this one's, and its name."""


def charts(
    result: LoadResult, verdict: Verdict | None, *, base: Base | None = None, live: bool = False
) -> list[Chart]:
    """Rates, response times, sessions in flight, lateness, and errors where there were some."""
    seconds = _all_seconds(result)
    if not seconds:
        return []
    goals = goals_of(verdict)["response_time"]
    times = _times(result, seconds, goals, base)
    made = [_rates(result, base, live=live), times, _in_flight(seconds), _late(seconds)]
    if result.failures:
        made.insert(2, _errors(result))
    return made


def goals_of(verdict: Verdict | None) -> dict[str, list[Goal]]:
    """The thresholds of the objectives about the whole, by metric."""
    goals: dict[str, list[Goal]] = defaultdict(list)
    for judgement in verdict.objectives if verdict else ():
        if not judgement.scope:
            goals[judgement.metric].append(
                Goal(f"{judgement.name} {judgement.target_text}", judgement.target)
            )
    return goals


def _rates(result: LoadResult, base: Base | None, *, live: bool) -> Chart:
    def rate(run: LoadResult, count: Callable[[Second], int]) -> Callable[[Second], float | None]:
        return lambda second: _rate(count(second), second.at_us, second.width_us, run)

    seconds = _all_seconds(result)
    requests = rate(result, lambda second: second.requests)
    peak = max((value for second in seconds if (value := requests(second)) is not None), default=0)
    beside = rate(base[0], lambda second: second.requests) if base else requests
    last = seconds[-1]
    notes = []
    if requests(last) is None and last.requests and not live:
        lasted = format_duration(result.elapsed_us - last.at_us)
        told = f"{counted(last.requests, 'request')} of the last {lasted}"
        notes.append(f"Without the {told}: too short for a rate.")
    chart = _chart(
        "rates",
        "Requests and sessions",
        "per_s",
        seconds,
        [
            _line("requests", requests, seconds),
            _line("failed requests", rate(result, lambda second: second.failed), seconds),
            _line("sessions started", rate(result, lambda second: second.started), seconds),
            *_beside(base, seconds, "requests", beside),
        ],
        metrics=("throughput",),
        words=f"Requests, failed requests and started sessions per second; at most "
        f"{format_rate(round(peak, 2))} requests.",
    )
    return replace(chart, notes=notes)


def _rate(count: int, at_us: int, width_us: int, run: LoadResult) -> float | None:
    """Per second of the time that the stretch really lasted: the run ended within the last one.
    None where hardly any of it did."""
    lasted_us = run.lasted_us(at_us, width_us)
    if lasted_us < _LEAST_LASTED * width_us:
        return None
    return count * MICROSECONDS / lasted_us


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
        [
            _line(
                "latest start",
                lambda second: second.late_max_us if second.started else None,
                seconds,
            )
        ],
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
    stretches = range(max(-(-result.elapsed_us // width), 1))
    rates = [
        [_rate(counts[n], n * width, width, result) for n in stretches] for counts in named.values()
    ]
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
