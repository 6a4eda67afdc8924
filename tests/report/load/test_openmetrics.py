"""OpenMetrics, as its own parser reads it."""

from __future__ import annotations

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from kampyn_perf.report.load import Format, export
from tests.report.html.samples import failing_run, judged


def samples(data: bytes) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(data.decode())
        for sample in family.samples
    }


def test_figures_are_the_results_in_seconds() -> None:
    result = failing_run()
    verdict = judged(result)
    read = samples(export(result, Format.OPENMETRICS, verdict=verdict))
    for one in result.endpoints:
        response = one.requests.response
        assert read["kampyn_perf_requests_total", one.name] == one.requests.count
        assert read["kampyn_perf_failed_requests_total", one.name] == one.requests.failed
        p95 = read["kampyn_perf_response_time_quantile_seconds", one.name, "0.95"]
        assert p95 == (response.p95_us or 0) / 1e6
        edges = {
            float(key[2]): value
            for key, value in read.items()
            if key[:2] == ("kampyn_perf_response_time_seconds_bucket", one.name)
        }
        assert list(edges.values()) == sorted(edges.values())
        assert edges[float("inf")] == response.count
        assert edges[0.2] == response.count - response.decode().count_above(200_000)
        assert read["kampyn_perf_response_time_seconds_count", one.name] == response.count
        assert read["kampyn_perf_response_time_seconds_sum", one.name] == response.sum_us / 1e6
    assert read["kampyn_perf_sessions_total", "planned"] == result.sessions.planned
    assert read[("kampyn_perf_run_valid",)] == 1
    for judgement in verdict.objectives:
        states = [v for k, v in read.items() if k[:2] == ("kampyn_perf_objective", judgement.name)]
        assert sorted(states) == [0] * 5 + [1]
        assert read["kampyn_perf_objective", judgement.name, judgement.outcome.value] == 1


def test_without_a_verdict_it_says_nothing_of_objectives() -> None:
    read = samples(export(failing_run(), Format.OPENMETRICS))
    assert not any(name.startswith("kampyn_perf_objective") for name, *_ in read)
