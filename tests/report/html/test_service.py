"""Service times by second, against every single value."""

from __future__ import annotations

import math

from kampyn_perf.report.html.service import service_p95
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
