"""HdrHistogram's log: its own reader takes it, and finds the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader

from kampyn_perf.histogram import HIGHEST_US
from kampyn_perf.report.load import Format, export
from kampyn_perf.results.load import LoadResult
from tests.report.html.samples import failing_run
from tests.slo.runs import Run, steady


def read(tmp_path: Path, result: LoadResult) -> tuple[list[HdrHistogram], HistogramLogReader]:
    path = tmp_path / "run.hlog"
    path.write_bytes(export(result, Format.HLOG))
    reader = HistogramLogReader(str(path), HdrHistogram(1, HIGHEST_US, 3))
    found = []
    while (histogram := reader.get_next_interval_histogram()) is not None:
        found.append(histogram)
    return found, reader


def test_its_own_reader_finds_the_same(tmp_path: Path) -> None:
    result = failing_run()
    found, reader = read(tmp_path, result)
    told = [second for second in result.seconds if second.response]
    assert [one.get_total_count() for one in found] == [one.response.count for one in told]
    for one, second in zip(found, told, strict=True):
        assert one.get_value_at_percentile(100) == pytest.approx(second.response.max_us, rel=1e-3)
        assert one.get_end_time_stamp() - one.get_start_time_stamp() == second.width_us / 1000
    assert reader.start_time_sec == pytest.approx(reader.base_time_sec)


def test_all_seconds_together_are_the_run(tmp_path: Path) -> None:
    result = Run(phases=[("p", steady(seconds=20, rate=200))]).result()
    found, _reader = read(tmp_path, result)
    whole = HdrHistogram(1, HIGHEST_US, 3)
    for one in found:
        whole.add(one)
    assert whole.get_total_count() == result.requests.count
    response = result.requests.response
    for percentile, wanted in ((50, response.p50_us), (95, response.p95_us), (99, response.p99_us)):
        assert whole.get_value_at_percentile(percentile) == pytest.approx(wanted, rel=1e-3)


def test_the_interval_in_which_the_run_ended_is_as_long_as_it_lasted(tmp_path: Path) -> None:
    result = failing_run()
    for elapsed_us, lasted_ms in ((result.elapsed_us - 300_000, 700), (19_000_100, 1)):
        found, _reader = read(tmp_path, result.model_copy(update={"elapsed_us": elapsed_us}))
        assert found[-1].get_end_time_stamp() - found[-1].get_start_time_stamp() == lasted_ms


def test_seconds_without_an_answer_have_no_line(tmp_path: Path) -> None:
    result = failing_run()
    empty = result.seconds[0].model_copy(update={"response": None, "requests": 0})
    found, _reader = read(tmp_path, result.model_copy(update={"seconds": [empty]}))
    assert found == []
