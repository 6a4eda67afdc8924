"""Service times by second, against every single value."""

from __future__ import annotations

import math

from kampyn_perf.report.html.timeline import charts, goals_of, service_p95, spans
from tests.report.html.samples import failing_run, judged
from tests.slo.runs import Run, steady


def test_service_p95_is_that_of_the_values() -> None:
    seconds = steady(seconds=5, rate=37)
    result = Run(phases=[("p", seconds)], splits_us=(20_000,)).result()
    assert result.breakdown is not None
    at_second = service_p95(result.breakdown)
    for number, values in enumerate(seconds):
        true = sorted(values)[math.ceil(0.95 * len(values)) - 1]
        assert 0 <= at_second[number] - true <= true * 0.001 + 1


def test_a_second_of_failures_alone_has_no_service_time() -> None:
    result = Run(phases=[("p", [[1_000] * 4, [1_000] * 4])], errors_at={1: {"503": 4}}).result()
    assert result.breakdown is not None
    assert set(service_p95(result.breakdown)) == {0}


def test_an_alert_that_never_ended_lasts_to_the_end() -> None:
    result = failing_run()
    (alert,) = [span for span in spans(result) if span.kind == "alert"]
    assert (alert.start, alert.end) == (11.0, result.elapsed_us / 1e6)


def test_only_goals_over_all_are_drawn() -> None:
    verdict = judged(failing_run())
    scoped = verdict.objectives[0].model_copy(update={"scope": {"flow": "x"}})
    changed = verdict.model_copy(update={"objectives": [scoped, *verdict.objectives[1:]]})
    assert len(goals_of(changed)["response_time"]) == 2


def test_rare_causes_stand_together() -> None:
    errors = {str(500 + n): 10 - n for n in range(9)}
    result = Run(phases=[("p", steady(seconds=10))], errors=errors).result()
    (chart,) = [chart for chart in charts(result, None) if chart.id == "errors"]
    by_name = {line.name: sum(value or 0 for value in line.values) for line in chart.lines}
    assert list(by_name)[-1] == "3 other causes"
    assert by_name["3 other causes"] == 4 + 3 + 2
    assert sum(by_name.values()) == result.requests.failed


def test_an_earlier_run_stands_beside_at_the_same_time_since_its_start() -> None:
    result, base = failing_run(), failing_run(seconds=10)
    drawn = {chart.id: chart for chart in charts(result, None, base=(base, "before"))}
    p95 = drawn["times"].lines[-1]
    assert (p95.name, p95.base, p95.dashed) == ("P95 response, before", True, True)
    known = [one.response.p95_us for one in base.seconds if one.response]
    assert list(p95.values) == known + [None] * 10
    assert drawn["rates"].lines[-1].values[3] == base.seconds[3].requests
    assert not any(line.base for chart in charts(result, None) for line in chart.lines)
