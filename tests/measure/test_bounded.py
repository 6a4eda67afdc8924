"""A series in bounded memory keeps what it stands for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.measure.bounded import BoundedSeries

SAMPLES = st.lists(
    st.tuples(st.integers(-(10**9), 10**9), st.integers(1, 1000)), min_size=1, max_size=400
)


def filled(samples: list[tuple[int, int]], capacity: int) -> BoundedSeries:
    series = BoundedSeries(capacity)
    for number, (value, weight) in enumerate(samples):
        series.add(number, value, weight=weight)
    return series


@given(samples=SAMPLES, capacity=st.sampled_from([2, 4, 10, 64]))
def test_sum_weight_and_extremes_are_those_of_the_samples(
    samples: list[tuple[int, int]], capacity: int
) -> None:
    points = filled(samples, capacity).points
    assert len(points) <= capacity
    # Whole numbers, so that the sums are exact.
    assert sum(point.total for point in points) == sum(value * weight for value, weight in samples)
    assert sum(point.weight for point in points) == sum(weight for _, weight in samples)
    assert min(point.low for point in points) == min(value for value, _ in samples)
    assert max(point.high for point in points) == max(value for value, _ in samples)


@given(count=st.integers(1, 2000), capacity=st.sampled_from([2, 6, 64]))
def test_points_are_of_equally_many_samples_but_for_the_last(count: int, capacity: int) -> None:
    points = filled([(1, 1)] * count, capacity).points
    sizes = [point.weight for point in points]
    assert len(set(sizes[:-1])) <= 1
    assert sizes[-1] <= sizes[0]
    assert [point.at_us for point in points[:-1]] == [
        sizes[0] * (number + 1) - 1 for number in range(len(points) - 1)
    ]
    assert points[-1].at_us == count - 1


def test_a_series_that_is_not_full_keeps_every_sample() -> None:
    series = filled([(3, 1), (5, 2)], 4)
    assert [(point.value, point.weight) for point in series.points] == [(3, 1), (5, 2)]
    assert not series.merged


def test_the_greatest_event_outlives_the_merging() -> None:
    series = BoundedSeries(2)
    for number, maximum in enumerate([7.0, None, 9.0, None, None]):
        series.add(number, 1.0, maximum=maximum)
    assert series.maximum == 9.0


@pytest.mark.parametrize("capacity", [0, 1, 3])
def test_a_capacity_that_cannot_be_halved_is_refused(capacity: int) -> None:
    with pytest.raises(ValueError, match=f"not {capacity}"):
        BoundedSeries(capacity)
