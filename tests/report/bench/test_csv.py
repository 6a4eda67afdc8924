from __future__ import annotations

import csv
import io

import pytest

from kampyn_perf.report.bench import Format, export
from kampyn_perf.results.bench import BenchResult


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
