from __future__ import annotations

import json
from typing import Any

import pytest

from kampyn_perf.report.bench import Format, export
from kampyn_perf.results.bench import BenchResult


def test_pytest_benchmark_has_the_fields_its_readers_ask_for(result: BenchResult) -> None:
    document: dict[str, Any] = json.loads(export(result, Format.PYTEST_BENCHMARK))
    (entry,) = document["benchmarks"]  # failed cases have no place there
    stats = entry["stats"]
    assert entry["fullname"] == "known"
    assert (stats["rounds"], stats["iterations"]) == (1000, 1)
    assert stats["min"] == pytest.approx(1e-6)
    assert stats["max"] == pytest.approx(1e-3)
    assert stats["median"] == pytest.approx(500.5e-6)
    assert stats["ops"] == pytest.approx(1 / 500.5e-6)
    assert stats["outliers"] == "422;0"
    assert len(stats["data"]) == 1000
    assert document["commit_info"] == {"id": "0123456789ab", "dirty": True}
    assert document["machine_info"]["cpu"]["brand_raw"] == "A processor"
