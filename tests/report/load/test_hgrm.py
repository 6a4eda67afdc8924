"""HdrHistogram's table: as its own reader takes it, and true.

Tests `kampyn_perf/results/latency.py` too.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.report.load import Format, export
from kampyn_perf.report.load.hgrm import hgrm
from kampyn_perf.results.latency import Latency
from tests.histograms import from_counts
from tests.report.html.samples import failing_run
from tests.slo.runs import latency


def table(data: bytes) -> list[list[float]]:
    """As the plotter reads it: every line that begins with a number, by its spaces."""
    lines = [line for line in data.decode().splitlines() if line[:1] == " " and "V" not in line]
    return [[float(cell) for cell in line.split()] for line in lines]


@given(st.dictionaries(st.integers(1, 10**7), st.integers(1, 1_000), min_size=1, max_size=30))
def test_each_line_is_true(counts: dict[int, int]) -> None:
    histogram = from_counts(counts)
    lines = table(hgrm(Latency.of(histogram)))
    total = histogram.count
    assert lines[-1] == [histogram.max_us / 1000, 1.0, total]
    assert lines == sorted(lines)
    for value, quantile, below, inverse in lines[:-1]:
        assert quantile * total <= below + 1e-6
        assert inverse == round(1 / (1 - quantile), 2)
        assert below == total - histogram.count_above(round(value * 1000))


def test_the_foot_has_the_moments() -> None:
    lines = hgrm(latency([1_000, 3_000])).decode().splitlines()
    assert lines[0].split() == ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]
    assert lines[-3] == "#[Mean    =        2.000, StdDeviation   =        1.000]"
    assert lines[-2] == "#[Max     =        3.000, Total count    =            2]"


def test_of_nothing_only_head_and_foot() -> None:
    assert table(hgrm(latency([]))) == []


def test_it_is_of_the_response_times() -> None:
    result = failing_run()
    assert export(result, Format.HGRM) == hgrm(result.requests.response)
