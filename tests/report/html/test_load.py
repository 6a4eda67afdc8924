"""The page of a load: every figure is the result's, nothing runs that is not ours, and it stays
small. Through `load`, `page`, `tables`, `server` and the templates."""

from __future__ import annotations

import json

import pytest

from kampyn_perf.report.html import Against, load_page
from kampyn_perf.results.alerts import Firing
from kampyn_perf.results.faults import FaultRecord
from kampyn_perf.results.judgement import Outcome
from kampyn_perf.results.load import LoadResult, RunStatus
from tests.report.comparison.test_formats import comparison
from tests.report.html.reading import Page, digest
from tests.report.html.samples import MARKUP, SECOND, failing_run, judged, series
from tests.slo.runs import Run, steady


@pytest.fixture(scope="module")
def result() -> LoadResult:
    return failing_run()


@pytest.fixture(scope="module")
def page(result: LoadResult) -> Page:
    document = load_page(result, judged(result), name="a run", config={"a": {"b": MARKUP}})
    return Page(document.decode())


def test_the_verdict_comes_first(page: Page, result: LoadResult) -> None:
    headline = judged(result).headline
    assert headline.startswith("FAIL")
    assert page.headings == [
        headline,
        "Verdict",
        "Validity",
        "What the missed goals coincide with",
        "Over time, as the client saw it",
        "What was watched beside it",
        "Distribution of the response time",
        "What failed",
        "Tables",
        "Configuration and machine",
    ]


def test_every_objective_with_its_figures(page: Page, result: LoadResult) -> None:
    rows = {
        row[0].text[1:].split()[0]: row
        for row in page.tables["#0"]
        if len(row) == 7 and row[0].text[0] in "✓✗?–!"
    }
    verdict = judged(result)
    assert set(rows) == {one.name for one in verdict.objectives}
    for one in verdict.objectives:
        _name, observed, target, _picture, interval, samples, outcome = rows[one.name]
        assert observed.text == one.observed_text
        assert observed.value == (None if one.observed is None else str(one.observed))
        assert target.value == str(one.target)
        assert interval.text == one.interval_text
        assert samples.value == str(one.samples)
        assert outcome.text.startswith(one.outcome.words)


def test_what_is_left_out_for_a_fault_stands_beside_the_value() -> None:
    latencies = [[900_000 if 20 <= at < 25 else 10_000] * 40 for at in range(60)]
    run = Run(phases=[("Steady", latencies)], splits_us=[200_000]).result()
    fault = FaultRecord(name="f1", kind="redis kill", start_us=20_000_000, end_us=24_000_000)
    result = run.model_copy(update={"faults": [fault]})
    verdict = judged(result)
    [one] = [each for each in verdict.objectives if each.name == "response_time_p95"]
    assert one.outcome is Outcome.PASS
    page = Page(load_page(result, verdict).decode())
    rows = {row[0].text: row for row in page.tables["#0"]}
    [row] = [row for name, row in rows.items() if name.endswith("p95") and len(row) == 7]
    assert row[1].text == f"{one.observed_text} with faults {one.with_faults_text}"
    assert any(f"with them it is {one.with_faults_text}" in name for name in rows)


def test_tables_have_the_results_figures_to_the_digit(page: Page, result: LoadResult) -> None:
    for name, requests in [
        *((endpoint.name, endpoint.requests) for endpoint in result.endpoints),
        ("all", result.requests),
    ]:
        (row,) = [row for row in page.tables["endpoints"] if row[0].text == name]
        response = requests.response
        share = requests.failed / requests.count
        figures = [
            requests.count,
            requests.failed,
            share,
            response.p50_us,
            response.p90_us,
            response.p95_us,
            response.p99_us,
            response.p999_us,
            response.max_us,
            response.mean_us,
            requests.service.p95_us,
            requests.bytes_received,
        ]
        assert [cell.value for cell in row[1:]] == [str(figure) for figure in figures]
    for phase in result.phases:
        (row,) = [row for row in page.tables["phases"] if row[0].text == phase.name]
        assert row[4].value == str(phase.offered_rate)
        assert row[5].value == str(phase.achieved_rate)
    for flow in result.flows:
        (row,) = [row for row in page.tables["flows"] if row[0].text == flow.name]
        assert row[2].value == str(flow.sessions.started)
        assert row[8].value == str(flow.session_time.p95_us)


def test_charts_are_the_results_seconds(page: Page, result: LoadResult) -> None:
    times = page.chart("times")
    assert times["at"] == [second.at_us / 1e6 for second in result.seconds]
    by_name = {line["name"]: line["values"] for line in times["lines"]}
    assert by_name["P95 response"] == [s.response and s.response.p95_us for s in result.seconds]
    assert {goal["name"] for goal in times["goals"]} == {
        "response_time_p50 < 100 ms",
        "response_time_p95 < 200 ms",
        "response_time_p99 < 500 ms",
    }
    rates = {line["name"]: line["values"] for line in page.chart("rates")["lines"]}
    assert sum(rates["requests"]) == result.requests.count
    assert sum(rates["failed requests"]) == result.requests.failed
    errors = {line["name"]: sum(line["values"]) for line in page.chart("errors")["lines"]}
    assert errors == {"503": 16, "timeout": 4}


def test_what_was_watched_stands_on_the_same_axis(page: Page, result: LoadResult) -> None:
    cpu = page.chart("server-cpu")
    assert cpu["at"] == [at / 1e6 for at in result.measurements[0].at_us]
    assert cpu["lines"][0]["values"] == pytest.approx(result.measurements[0].values, rel=1e-5)
    assert cpu["goals"] == [{"name": "cpu < 70 %", "value": 0.7}]
    assert {"kind": "alert", "name": "slow answers", "start": 11.0, "end": 20.0} in page.data[
        "spans"
    ]


def test_the_policy_allows_the_pages_own_script_and_style_alone(page: Page) -> None:
    scripts = [text for given, text in page.scripts if given.get("type") != "application/json"]
    (script,), (style,) = scripts, page.styles
    assert f"script-src {digest(script)};" in page.policy
    assert f"style-src {digest(style)};" in page.policy
    assert page.policy.startswith("default-src 'none';")
    assert "unsafe" not in page.policy
    assert page.styled == []
    assert [where for where in page.references if not where.startswith("#")] == ["data:,"]


def test_a_name_with_markup_is_a_name(page: Page) -> None:
    assert f"GET /{MARKUP}" in page.words
    assert MARKUP in page.data["charts"][-1]["lines"][0]["name"]
    assert "<img" not in page.html


LARGEST = 1_500_000
"""Bytes: what docs/report.md promises of any page."""


def huge_run() -> LoadResult:
    """500 endpoints, two hours, 200 phases, 1,000 ways to fail, 3,000 firings, 481 series."""
    run = Run(
        phases=[(f"phase {n}", steady(seconds=1, rate=20)) for n in range(200)],
        errors_at={n: {"503": 1, "timeout": 1} for n in range(200)},
    ).result()
    seconds = [run.seconds[n % 200].model_copy(update={"at_us": n * SECOND}) for n in range(7_200)]
    firings = [Firing(fired_us=n * SECOND, value=1.0, worst=2.0) for n in range(1_000)]
    (alert,) = failing_run().alerts
    named = [f"GET /api/some/longer/path/{n}" for n in range(500)]
    values = [float(v % 97) for v in range(1_440)]
    one = series("metric", "worker", values, unit="count", every=5)
    hours = [
        one.model_copy(update={"metric": f"metric_{m}", "subject": f"worker {n}"})
        for m in range(40)
        for n in range(12)
    ]
    return run.model_copy(
        update={
            "elapsed_us": 7_200 * SECOND,
            "seconds": seconds,
            "endpoints": [run.endpoints[0].model_copy(update={"name": name}) for name in named],
            "failures": [
                one.model_copy(update={"endpoint": name})
                for name in named
                for one in run.failures[:2]
            ],
            "alerts": [alert.model_copy(update={"firings": firings})] * 3,
            "measurements": hours,
        }
    )


def test_a_page_of_a_huge_run_is_bounded_and_says_what_was_left_out() -> None:
    huge, verdict = huge_run(), judged(failing_run())
    goals = [one for one in verdict.objectives for _ in range(100)]
    verdict = verdict.model_copy(update={"objectives": goals})
    config = {f"key {n}": "x" * 100 for n in range(10_000)}
    page = Page(load_page(huge, verdict, config=config).decode())
    assert f"{len(goals) - 200:,} further objectives left out" in page.words
    assert "940 further ways to fail left out" in page.words
    assert "2,940 further firings left out" in page.words
    assert "Its first part: config.json has all of it." in page.words
    assert "380 of 500 endpoints left out" in page.words
    assert "80 of 200 phases left out" in page.words
    assert "16 further charts left out" in page.words
    assert "4 further lines left out" in page.words
    assert all(len(chart["at"]) <= 480 for chart in page.data["charts"])
    assert [span["name"] for span in page.data["spans"] if span["kind"] == "alert"] == [
        "slow answers"
    ]
    assert page.data["charts"][0]["at"][-1] >= 7_180
    assert max(page.chart("series-0")["lines"][0]["values"]) == 96
    assert len(page.html.encode()) < LARGEST


def test_the_page_of_seven_minutes_stays_below_its_limit() -> None:
    run = failing_run(seconds=420)
    watched = [
        series(f"metric_{m}", f"worker {n}", [v * 1.2345678 for v in range(420)], unit="count")
        for m in range(3)
        for n in range(8)
    ]
    whole = run.model_copy(update={"measurements": [*run.measurements, *watched]})
    assert len(load_page(whole, judged(whole))) < 300_000


@pytest.mark.parametrize("status", [RunStatus.PARTIAL, RunStatus.RUNNING])
def test_a_run_that_ended_early_says_so(status: RunStatus) -> None:
    run = Run(phases=[("p", steady(seconds=2))], status=status, reason="SIGINT came").result()
    words = Page(load_page(run, None).decode()).words
    assert "The run ended early: SIGINT came" in words
    assert "No objective was judged" in words


def test_firings_of_all_alerts_stand_in_the_order_of_time() -> None:
    (one,) = failing_run().alerts
    late, early = (Firing(fired_us=at * SECOND, value=1.0, worst=2.0) for at in (15, 12))
    other = one.model_copy(update={"name": "other", "firings": [early]})
    alerts = [one.model_copy(update={"firings": [late]}), other]
    run = failing_run().model_copy(update={"alerts": alerts})
    words = Page(load_page(run, judged(run)).decode()).words
    assert 0 < words.index("from 12.0 s on") < words.index("from 15.0 s on")


def test_faults_are_told_beside_their_shade() -> None:
    fault = FaultRecord(name=MARKUP, kind="redis pause", start_us=12_000_000, end_us=15_000_000)
    later = FaultRecord(name="never", kind="command", start_us=30_000_000, began=False)
    page = Page(load_page(failing_run().model_copy(update={"faults": [fault, later]})).decode())
    assert f"{MARKUP} (redis pause), 12.0 s to 15.0 s" in page.words
    assert "faults, done on purpose" in page.words
    assert "never" not in page.words
    assert "<img" not in page.html


def test_a_run_without_anything_has_a_page() -> None:
    run = Run(phases=[("p", [[]])]).result().model_copy(update={"seconds": [], "phases": []})
    words = Page(load_page(run, None).decode()).words
    assert "No second of the run was measured." in words
    assert "No request ended." in words
    assert "Nothing was watched beside the client." in words


def test_an_invalid_run_says_so_before_its_charts() -> None:
    run = Run(phases=[("p", steady(seconds=2))], invalid=["the generator was <late>"]).result()
    page = Page(load_page(run, judged(run)).decode())
    assert page.headings[1:3] == ["Verdict", "Validity"]
    assert "The run is not valid: the numbers may be the generator's own." in page.words
    assert "the generator was <late>" in page.words


def test_an_earlier_versions_result_has_a_page() -> None:
    run = Run(phases=[("p", steady(seconds=2))], recorded=False).result()
    page = Page(load_page(run, judged(run)).decode())
    assert [line["name"] for line in page.chart("times")["lines"]] == [
        "P50 response",
        "P95 response",
        "P99 response",
    ]


def test_a_run_killed_in_its_first_second_has_a_page() -> None:
    run = Run(phases=[("p", [[1_000]])], status=RunStatus.RUNNING).result()
    words = Page(load_page(run, judged(run)).decode()).words
    assert "The run was killed: what it had until then is here." in words


def test_an_earlier_run_is_compared_within_the_page(result: LoadResult) -> None:
    against = Against("before <b>", failing_run(seconds=10), comparison())
    page = Page(load_page(result, judged(result), against=against).decode())
    assert page.headings[4] == "Compared with before <b>"
    assert against.comparison.headline in page.words
    (p95,) = [row for row in page.tables["figures"] if row[0].text.endswith("response time P95")]
    assert [cell.value for cell in p95[1:4]] == ["10000.0", "13000.0", "0.3"]
    assert page.chart("times")["lines"][-1]["name"] == "P95 response, before <b>"
    assert page.chart("times")["lines"][-1]["base"] is True
    (curve,) = page.data["curves"]
    assert curve["lines"][-1]["name"] == "all, before <b>"


def test_the_configuration_is_there_to_unfold(page: Page) -> None:
    assert json.dumps({"a": {"b": MARKUP}}, indent=2) in page.words
