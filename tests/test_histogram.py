"""Histograms against sorted lists, and against HdrHistogram's own encoding.

Tests `buckets.py`, `encoding.py`, `histogram.py` and `layout.py` of `kampyn_perf/histogram` too.
"""

from __future__ import annotations

import base64
import math
import zlib
from collections import Counter

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.histogram import (
    DIGITS,
    HIGHEST_US,
    LOWEST_US,
    Histogram,
    Layout,
    Packed,
    merged,
)
from tests.histograms import from_counts

values = st.lists(st.integers(0, HIGHEST_US), min_size=1, max_size=300)
quantiles = st.sampled_from([0.0, 0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1.0])


def histogram_of(numbers: list[int]) -> Histogram:
    histogram = Histogram()
    histogram.record_all(numbers)
    return histogram


@given(values, quantiles)
def test_a_percentile_is_the_value_at_its_rank_within_three_digits(numbers, quantile):
    ordered = sorted(numbers)
    rank = max(1, math.ceil(round(quantile * len(ordered), 6)))
    exact = ordered[rank - 1]
    found = histogram_of(numbers).percentiles([quantile])[quantile]
    assert exact <= found <= exact + exact // 1000 + 1
    assert ordered[0] <= found <= ordered[-1]


@given(values)
def test_extremes_mean_and_count_are_exact(numbers):
    histogram = histogram_of(numbers)
    assert (histogram.min_us, histogram.max_us) == (min(numbers), max(numbers))
    assert histogram.percentiles([0.0, 1.0]) == {0.0: min(numbers), 1.0: max(numbers)}
    assert histogram.count == len(numbers)
    assert histogram.mean_us == sum(numbers) / len(numbers)


@given(st.lists(values, min_size=1, max_size=5), st.randoms())
def test_adding_up_is_exact_in_any_order(parts, random):
    whole = histogram_of([number for part in parts for number in part])
    shuffled = [histogram_of(part) for part in parts]
    random.shuffle(shuffled)
    total = merged(shuffled)
    assert total.buckets() == whole.buckets()
    assert (total.count, total.sum_us) == (whole.count, whole.sum_us)
    assert (total.min_us, total.max_us) == (whole.min_us, whole.max_us)


@given(values)
def test_encoding_loses_nothing(numbers):
    histogram = histogram_of(numbers)
    copy = Histogram.decode(
        histogram.encode(),
        min_us=histogram.min_us,
        max_us=histogram.max_us,
        sum_us=histogram.sum_us,
    )
    assert copy.buckets() == histogram.buckets()
    assert copy.percentiles([0.5, 0.99, 1.0]) == histogram.percentiles([0.5, 0.99, 1.0])


def opened(text: str) -> tuple[bytes, bytes]:
    """Head and body of an encoding, without the length of what was compressed."""
    data = base64.b64decode(text)
    assert int.from_bytes(data[4:8], "big") == len(data) - 8
    return data[:4], zlib.decompress(data[8:])


@given(st.lists(st.integers(0, HIGHEST_US), max_size=300))
def test_the_encoding_is_that_of_the_library_but_for_how_hard_it_is_compressed(numbers):
    theirs = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
    for number in numbers:
        assert theirs.record_value(number)
    ours = histogram_of(numbers).encode()
    assert opened(ours) == opened(theirs.encode().decode("ascii"))
    assert HdrHistogram.decode(ours).get_total_count() == len(numbers)


@given(st.lists(st.lists(st.integers(0, 2 * HIGHEST_US), max_size=30), max_size=6))
def test_what_was_asked_for_before_more_came_is_forgotten(parts):
    asked, kept = Histogram(), Histogram()
    every: list[int] = []
    for number, part in enumerate(parts):
        every += part
        for histogram in (asked, kept):
            if number % 3 == 0:
                histogram.record_all(part)
            elif number % 3 == 1:
                histogram.add_packed(Packed.of(part))
            else:
                histogram.add(histogram_of(part))
        assert asked.noted is None or not part
        asked.noted = (asked.encode(), asked.buckets(), asked.stddev_us())
    alone = Histogram()
    for value in every:
        alone.record(value)
    ranks = range(1, len(every) + 1)
    for histogram in (asked, kept):
        assert histogram.buckets() == alone.buckets()
        assert histogram.encode() == alone.encode()
        assert histogram.stddev_us() == alone.stddev_us()
        assert histogram.values_at_ranks(ranks) == alone.values_at_ranks(ranks)
        assert (histogram.count, histogram.sum_us, histogram.clamped) == (
            len(every),
            sum(every),
            sum(value > HIGHEST_US for value in every),
        )


@given(
    st.lists(st.one_of(st.integers(0, 5000), st.integers(0, 2 * HIGHEST_US)), max_size=50),
    st.lists(st.integers(LOWEST_US, 10_000), max_size=3),
)
def test_a_layout_counts_in_its_buckets_and_in_the_usual_ones(numbers, splits):
    layout = Layout(splits)
    packed, (places, counts) = layout.count(numbers)
    fine = Counter(layout.places(numbers).tolist())
    assert dict(zip(places.tolist(), counts.tolist(), strict=True)) == fine
    counted = Histogram()
    counted.add_packed(packed)
    assert counted.buckets() == histogram_of(numbers).buckets()
    assert (packed.count, packed.sum_us) == (len(numbers), sum(numbers))

    ends = layout.ends_us()[places]
    at_ends = Histogram()
    at_ends.record_all(ends, counts)
    told = layout.pack(places, counts)
    again = Histogram()
    again.add_packed(told)
    assert again.buckets() == at_ends.buckets()
    assert (told.sum_us, told.min_us, told.max_us, told.clamped, told.count) == (
        at_ends.sum_us,
        at_ends.min_us,
        at_ends.max_us,
        at_ends.clamped,
        at_ends.count,
    )


def test_counts_and_single_records_are_the_same():
    one = from_counts({5: 3, 1_000_000: 1})
    other = Histogram()
    for value in (5, 5, 1_000_000, 5):
        other.record(value)
    assert one.buckets() == other.buckets()
    assert one.sum_us == other.sum_us


def test_an_empty_histogram_has_no_percentile_not_zero():
    empty = Histogram()
    assert empty.percentiles([0.5, 0.99]) == {0.5: None, 0.99: None}
    assert empty.mean_us is None
    assert empty.stddev_us() is None
    assert empty.min_us is None
    assert empty.buckets() == []


def test_beyond_an_hour_is_counted_and_said_never_lost():
    histogram = histogram_of([1, HIGHEST_US + 5])
    assert histogram.count == 2
    assert histogram.clamped == 1
    assert histogram.max_us == HIGHEST_US + 5
    assert histogram.percentiles([1.0]) == {1.0: HIGHEST_US + 5}


@pytest.mark.parametrize(("value", "count"), [(-1, 1), (5, -1)])
def test_what_cannot_be_counted_is_an_error(value, count):
    with pytest.raises(ValueError, match="cannot record"):
        Histogram().record(value, count)


def test_zero_times_is_nothing():
    histogram = Histogram()
    histogram.record(5, 0)
    assert histogram.count == 0
    assert histogram.max_us is None


def test_ranks_outside_are_left_out():
    assert histogram_of([7]).values_at_ranks([0, 1, 2]) == {1: 7}


def test_count_above_counts_buckets_that_begin_above():
    assert histogram_of([10, 20, 30]).count_above(20) == 1


def test_the_standard_deviation_is_near_the_exact_one():
    assert histogram_of([100_000, 300_000]).stddev_us() == pytest.approx(100_000, rel=0.001)


def test_rubbish_is_not_decoded():
    with pytest.raises(ValueError, match="not an encoded histogram"):
        Histogram.decode("rubbish", min_us=1, max_us=1, sum_us=1)


def test_buckets_are_hdrhistograms_own():
    hdr = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
    starts = [hdr.get_value_from_index(index) for index in range(hdr.counts_len)]
    assert Layout().starts_us.tolist() == starts


@given(
    st.lists(st.one_of(st.integers(0, 5000), st.integers(0, 2 * HIGHEST_US)), max_size=50),
    st.lists(st.integers(LOWEST_US, 10_000), max_size=3),
)
def test_the_place_that_is_worked_out_is_the_one_that_is_found(numbers, splits):
    layout = Layout(splits)
    edges = np.concatenate([layout.starts_us, layout.ends_us()])
    for values in (np.array(numbers, dtype=np.int64), edges):
        within = np.minimum(values, HIGHEST_US)
        found = np.searchsorted(layout.starts_us, within, side="right") - 1
        assert np.array_equal(layout.places(values), found)


@given(st.lists(st.integers(LOWEST_US, HIGHEST_US), max_size=5))
def test_a_split_is_one_more_bucket_unless_one_begins_there(splits):
    every = np.union1d(Layout().starts_us, np.array(splits, dtype=np.int64))
    assert np.array_equal(Layout(splits).starts_us, every)
