"""JSON of a benchmark is the result itself.

Tests `kampyn_perf/report/bench/__init__.py`.
"""

from __future__ import annotations

from kampyn_perf.report.bench import Format, export
from kampyn_perf.results.bench import BenchResult


def test_json_is_the_result_itself(result: BenchResult) -> None:
    assert BenchResult.model_validate_json(export(result, Format.JSON)) == result
