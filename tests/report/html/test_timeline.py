"""What is drawn of a run second by second."""

from __future__ import annotations

from kampyn_perf.report.html.timeline import charts, goals_of
from tests.report.html.samples import failing_run, judged
from tests.slo.runs import Run, steady


def test_the_stretch_in_which_the_run_ended_is_as_wide_as_it_lasted() -> None:
    result = Run(phases=[("p", steady(seconds=5, rate=40))], errors_at={4: {"503": 6}}).result()
    ended = result.model_copy(update={"elapsed_us": 4_800_000})
    drawn = {chart.id: chart for chart in charts(ended, None)}
    requests = drawn["rates"].lines[0].values
    assert requests[:4] == [40.0] * 4
    assert requests[4] == 40 / 0.8
    assert drawn["errors"].lines[0].values[4] == 6 / 0.8
    assert not drawn["rates"].notes


def test_what_is_too_short_for_a_rate_is_left_out_and_that_is_said() -> None:
    result = Run(phases=[("p", steady(seconds=5, rate=40))], errors_at={4: {"503": 6}}).result()
    ended = result.model_copy(update={"elapsed_us": 4_008_000})
    drawn = {chart.id: chart for chart in charts(ended, None)}
    assert [line.values[4] for line in drawn["rates"].lines] == [None] * 3
    assert drawn["errors"].lines[0].values[4] is None
    (note,) = drawn["rates"].notes
    assert note == "Without the 40 requests of the last 8.00 ms: too short for a rate."
    assert not next(chart for chart in charts(ended, None, live=True)).notes


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
