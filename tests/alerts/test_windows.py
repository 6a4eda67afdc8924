"""A window's statistic is that of all events in it, whatever slid through before.

Tests `kampyn_perf/alerts/sample.py` too.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.alerts.sample import Buckets, Sample, quantile_us
from kampyn_perf.alerts.windows import Window
from kampyn_perf.histogram import Histogram

SECOND = 1_000_000


def times(second: int, values: list[int]) -> Sample:
    histogram = Histogram()
    histogram.record_all(values)
    return Sample(
        metric="response_time",
        from_us=second * SECOND,
        to_us=(second + 1) * SECOND,
        total=sum(values),
        weight=len(values),
        times=histogram.pack(),
        most=max(values, default=None),
    )


def state(at_us: int, value: float) -> Sample:
    return Sample(metric="memory", from_us=at_us, to_us=at_us, total=value, weight=1)


durations = st.lists(st.integers(0, 2_000_000), max_size=6)


@given(
    seconds=st.lists(durations, min_size=1, max_size=40),
    length=st.integers(1, 12),
    quantile=st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_it_is_the_statistic_of_all_events_of_the_last_seconds(
    seconds: list[list[int]], length: int, quantile: float
) -> None:
    window = Window(length * SECOND)
    for number, values in enumerate(seconds):
        window.add(times(number, values))
        window.slide((number + 1) * SECOND)
        inside = [v for each in seconds[max(0, number + 1 - length) : number + 1] for v in each]
        assert window.weight == len(inside)
        assert window.most() == (max(inside) if inside else None)
        if not inside:
            assert window.ratio() is window.quantile(quantile) is None
            continue
        assert window.ratio() == pytest.approx(np.mean(inside))
        rank = int(np.ceil(round(quantile * len(inside), 6)))
        truth = sorted(inside)[rank - 1]
        found = window.quantile(quantile)
        assert found is not None
        assert truth <= found <= max(truth * 1.001, truth + 1)


def test_one_slow_second_of_few_does_not_count_like_one_of_many() -> None:
    window = Window(10 * SECOND)
    window.add(times(0, [10_000] * 99))
    window.add(times(1, [2_000_000]))
    window.slide(2 * SECOND)
    # The mean of the seconds' own P95 would be 1 s; 10,007 ends the bucket that 10,000 is in.
    assert window.quantile(0.95) == 10_007
    assert window.ratio() == (99 * 10_000 + 2_000_000) / 100


def test_a_value_that_cannot_be_told_from_a_limit_is_that_limit() -> None:
    window = Window(10 * SECOND)
    window.add(times(0, [1_000_100, 1_000_200, 5_000_000]))
    assert window.quantile(0.5) == 1_000_447  # the end of the bucket that 1,000,000 is in, too
    assert window.quantile(0.5, [900_000, 1_000_000]) == 1_000_000


def test_both_ends_of_a_window_belong_to_it() -> None:
    window = Window(10 * SECOND)
    for at in range(0, 31, 5):
        window.add(state(at * SECOND, at))
    window.slide(30 * SECOND)
    assert window.weight == 3
    assert window.ratio() == 25
    window.slide(30 * SECOND + 1)
    assert window.weight == 2


def test_what_began_before_the_window_is_not_in_it() -> None:
    window = Window(2 * SECOND)
    window.add(times(0, [100]))
    window.add(times(1, [200]))
    window.slide(2 * SECOND + 500_000)
    assert window.weight == 1


def test_time_does_not_go_back() -> None:
    window = Window(SECOND)
    window.add(times(5, []))
    with pytest.raises(ValueError, match="a sample from 5500000 us on, after one until 6000000"):
        window.add(state(5_500_000, 1))


def test_decimal_shares_stay_what_they_are() -> None:
    window = Window(300 * SECOND)
    for at in range(300):
        window.add(state(at * SECOND, 0.8))
    assert window.ratio() == 0.8


def buckets(counts: tuple[int, ...], edges: tuple[int, ...] = (100, 200, 1000)) -> Buckets:
    return Buckets(edges, counts)


@pytest.mark.parametrize(
    ("counts", "quantile", "value"),
    [
        ((10, 10, 0, 0), 0.5, 100.0),  # the tenth of twenty is the last of the first bucket
        ((10, 10, 0, 0), 0.75, 150.0),  # half-way through the second one
        ((0, 0, 4, 0), 0.25, 400.0),
        ((19, 0, 0, 1), 0.95, 100.0),
        ((18, 0, 0, 2), 0.95, 1000.0),  # above the last edge: all that is known
    ],
)
def test_quantiles_of_fixed_buckets_are_prometheuss(
    counts: tuple[int, ...], quantile: float, value: float
) -> None:
    assert quantile_us([buckets(counts)], quantile) == value


@given(
    parts=st.lists(st.tuples(*[st.integers(0, 50)] * 4), min_size=1, max_size=8),
    quantile=st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_on_which_side_of_an_edge_a_quantile_lies_is_exact(
    parts: list[tuple[int, ...]], quantile: float
) -> None:
    sums = [sum(column) for column in zip(*parts, strict=True)]
    found = quantile_us([buckets(part) for part in parts], quantile)
    if not sum(sums):
        assert found is None
        return
    assert found is not None
    # The same in whole numbers: hundredths of events.
    hundredths = round(quantile * 100)
    assert (found > 200) == (100 * (sums[0] + sums[1]) < hundredths * sum(sums))


def test_a_window_of_buckets_adds_them_up_and_forgets_other_edges() -> None:
    window = Window(10 * SECOND)

    def add(second: int, part: Buckets) -> None:
        window.add(
            Sample(
                metric="response_time",
                from_us=second * SECOND,
                to_us=(second + 1) * SECOND,
                total=0,
                weight=sum(part.counts),
                times=part,
            )
        )

    add(0, buckets((90, 0, 0, 0)))
    add(1, buckets((0, 0, 10, 0)))
    assert window.quantile(0.95) == 600.0
    add(2, buckets((0, 4, 0, 0), (50, 60, 70)))
    assert window.quantile(0.5) == 55.0
