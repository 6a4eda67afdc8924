"""Runs and verdicts to make pages of."""

from __future__ import annotations

from functools import cache

from kampyn_perf.report.html import WatchedBackend, WatchedRule
from kampyn_perf.results.alerts import AlertRecord, AlertState, Firing, Severity
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.series import Series, Unmeasured
from kampyn_perf.results.unit import Unit
from kampyn_perf.results.verdict import Verdict
from kampyn_perf.slo import judge, objectives
from tests.slo.runs import Run, steady

SECOND = 1_000_000
MARKUP = '<img src=x onerror="document.title=1">'


def series(metric: str, subject: str, values: list[float], *, unit: str, every: int = 1) -> Series:
    at = [(number * every + 1) * SECOND for number in range(len(values))]
    return Series(metric=metric, subject=subject, source="test", unit=unit, at_us=at, values=values)


@cache
def failing_run(seconds: int = 20) -> LoadResult:
    """Two phases, of which the second is slow and has errors; watched, and with an alert."""
    run = Run(
        phases=[
            ("calm", steady(seconds=seconds // 2)),
            ("busy <b>", steady(seconds=seconds - seconds // 2, median_us=900_000)),
        ],
        errors_at={seconds - 2: {"503": 9, "timeout": 4}, seconds - 1: {"503": 7}},
        measurements=[
            series("cpu", "machine", [0.4 + 0.02 * n for n in range(seconds)], unit="share"),
            series(
                "memory_per_instance", "worker 1", [9e7 + n for n in range(seconds)], unit="bytes"
            ),
            series("queue_length", MARKUP, [float(n) for n in range(seconds)], unit="count"),
        ],
    )
    fired = AlertRecord(
        name="slow answers",
        metric="response_time",
        statistic="p95",
        unit=Unit.DURATION,
        fires="> 500 ms",
        window_us=2 * SECOND,
        severity=Severity.CRITICAL,
        state=AlertState.FIRING,
        judged=9,
        firings=[Firing(fired_us=(seconds // 2 + 1) * SECOND, value=600_000.0, worst=950_000.0)],
    )
    result = run.result()
    first = result.endpoints[0].model_copy(update={"name": f"GET /{MARKUP}"})
    return result.model_copy(
        update={"endpoints": [first, *result.endpoints[1:]], "alerts": [fired]}
    )


def watched(url: str = "http://127.0.0.1:1") -> WatchedBackend:
    """A backend with an alert that fires, one that does not, and one that has no data."""

    def rule(name: str, state: AlertState, value: float | None, **more: object) -> WatchedRule:
        record = AlertRecord.model_validate(
            {
                "name": name,
                "metric": "cpu",
                "statistic": "mean",
                "unit": Unit.SHARE,
                "fires": "> 70 %",
                "window_us": 5 * SECOND,
                "severity": Severity.WARNING,
                "state": state,
            }
            | more
        )
        return WatchedRule(record=record, limit=0.7, value=value)

    return WatchedBackend(
        url=url,
        rules=[
            rule("hot", AlertState.OK, 0.25),
            rule(
                "slow_<b>",
                AlertState.FIRING,
                1200.5,
                metric="response_time",
                statistic="p95",
                unit=Unit.DURATION,
                fires="> 1.00 ms",
                firings=[Firing(fired_us=3 * SECOND, value=1100.0, worst=1300.0)],
            ),
            rule("full", AlertState.NO_DATA, None, reason="nothing has measured memory"),
        ],
        series=[series("cpu", "machine", [0.2, 0.3, 0.25], unit="share")],
        unmeasured={"memory": Unmeasured(reason="nobody looked")},
        remarks=["worker 1 was restarted"],
    )


def judged(result: LoadResult) -> Verdict:
    """By the objectives that are shipped; once for each run, which tests only read."""
    known = _JUDGED.get(id(result))
    if known is None:
        verdict = judge(result, objectives.load("slo", sets=[]), strict=False)
        known = _JUDGED[id(result)] = result, verdict
    return known[1]


_JUDGED: dict[int, tuple[LoadResult, Verdict]] = {}
"""By what `id` says of a run, which is kept, so that no other one has it."""
