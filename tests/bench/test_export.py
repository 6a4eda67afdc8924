from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from kampyn_perf.bench.case import build
from kampyn_perf.bench.export import Format, export
from kampyn_perf.bench.session import Selected, Session
from kampyn_perf.bench.suite import Suite
from kampyn_perf.results.bench import BenchResult
from tests.bench.conftest import MACHINE, VirtualClock, options, timed_case
from tests.bench.test_summary import SHUFFLED


@pytest.fixture(scope="module")
def result() -> BenchResult:
    """1..1000 microseconds in an order without memory, and a case that fails."""
    clock = VirtualClock()

    def fails() -> None:
        raise ValueError("a | b\nc")

    known = timed_case(clock, [n * 1_000 for n in SHUFFLED])
    suite = Suite(name="s", cases=[known, build(fails, "fails")])
    session = Session(options=options(), clock=clock, machine=MACHINE)
    return session.run([Selected(suite, [v for c in suite.cases for v in c.variants()])])


def test_json_is_the_result_itself(result: BenchResult) -> None:
    assert BenchResult.model_validate_json(export(result, Format.JSON)) == result


def test_csv_has_a_line_for_each_case_in_milliseconds(result: BenchResult) -> None:
    known, failed = csv.DictReader(io.StringIO(export(result, Format.CSV).decode()))
    assert known["name"] == "known"
    assert (known["p50_ms"], known["p50_low_ms"], known["p50_high_ms"]) == (
        "0.501000",
        "0.469000",
        "0.532000",
    )
    assert (known["p99_ms"], known["max_ms"], known["n"]) == ("0.991000", "1.000000", "1000")
    assert float(known["per_second"]) == pytest.approx(1000 / 0.5005, abs=0.001)
    assert (failed["status"], failed["failed"], failed["p99_ms"]) == ("failed", "10", "")


def test_markdown_is_a_table_that_holds_together(result: BenchResult) -> None:
    lines = export(result, Format.MARKDOWN).decode().splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 4
    assert "| known | 1000 | 0.500 [0.483, 0.518] |" in table[2]
    assert "| 0.501 [0.469, 0.532] | 0.951 [0.936, 0.964] | 0.991 [0.983, 0.997] |" in table[2]
    assert "**failed**: a \\| b" in table[3]
    assert len({line.replace("\\|", "").count("|") for line in table}) == 1
    assert any("A processor, 2 cores" in line for line in lines)


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
