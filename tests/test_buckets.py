"""Quantiles within buckets, against sorted values."""

from __future__ import annotations

import math
from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.buckets import quantile_of

EDGES = (0.1, 0.5, 1.0, math.inf)


def counted(values: list[float]) -> list[tuple[float, float]]:
    return [(edge, sum(value <= edge for value in values)) for edge in EDGES]


@given(
    values=st.lists(st.floats(0.001, 2), min_size=1, max_size=50),
    q=st.sampled_from([0.5, 0.9, 0.95, 0.99]),
)
def test_the_estimate_lies_in_the_bucket_of_the_quantile(values: list[float], q: float) -> None:
    estimate = quantile_of(counted(values), q)
    exact = sorted(values)[math.ceil(round(q * len(values), 9)) - 1]
    place = bisect_left(EDGES, exact)
    lower = EDGES[place - 1] if place else 0.0
    assert estimate is not None
    assert lower <= estimate <= (lower if math.isinf(EDGES[place]) else EDGES[place])


@pytest.mark.parametrize(
    ("held", "q", "value"),
    [
        ((10, 20, 20, 20), 0.5, 0.1),  # the tenth of twenty is the last of the first bucket
        ((10, 20, 20, 20), 0.75, 0.3),  # half-way through the second one
        ((0, 0, 4, 4), 0.25, 0.625),  # a quarter into the only one with events
        ((133, 140, 140, 140), 0.95, 0.1),  # 0.95 * 140 is 133, not a last digit more
    ],
)
def test_within_a_bucket_values_are_evenly_spread(held, q, value) -> None:
    assert quantile_of(list(zip(EDGES, held, strict=True)), q) == pytest.approx(value, rel=1e-12)


def test_above_the_last_edge_it_is_that_edge() -> None:
    assert quantile_of(counted([5.0]), 0.5) == 1.0
    assert quantile_of([(math.inf, 3.0)], 0.5) is None


def test_without_events_there_is_none() -> None:
    assert quantile_of([], 0.5) is None
    assert quantile_of(counted([]), 0.5) is None
