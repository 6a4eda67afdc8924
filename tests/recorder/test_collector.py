"""Buffer to collector to result: nothing lost, nothing counted twice, in any order."""

from __future__ import annotations

import random
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.histogram import Histogram
from kampyn_perf.outcomes import ErrorKind
from kampyn_perf.recorder.buffer import SampleBuffer
from kampyn_perf.recorder.build import ahead, build
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.results.load import Latency
from kampyn_perf.schedule import Phase, Schedule
from tests.recorder.recording import SECOND, request, take


def test_an_arrival_that_vanishes_is_noticed():
    buffer, collector = SampleBuffer(), Collector()
    buffer.session_planned(flow="a", phase=0)
    buffer.session_planned(flow="a", phase=0)
    collector.take(take(buffer, SECOND, waiting=1))
    assert collector.unaccounted == 1
    collector.take(take(buffer, 2 * SECOND, waiting=0))
    assert collector.unaccounted == 2


samples = st.lists(
    st.tuples(
        st.sampled_from(["GET /x", "POST /y"]),
        st.sampled_from(["a", "b"]),
        st.integers(0, 2),
        st.integers(0, 10**7),
    ),
    max_size=60,
)


@given(st.lists(samples, min_size=1, max_size=6), st.integers(0, 2**32))
def test_intervals_add_up_in_any_order(parts, seed):
    intervals = []
    for number, part in enumerate(parts):
        buffer = SampleBuffer()
        for endpoint, flow, phase, response in part:
            request(buffer, response, response // 2, endpoint=endpoint, flow=flow, phase=phase)
        interval = take(buffer, (number + 1) * SECOND)
        interval.from_us = number * SECOND
        intervals.append(interval)
    in_order, shuffled = Collector(), Collector()
    for interval in intervals:
        in_order.take(interval)
    random.Random(seed).shuffle(intervals)
    for interval in intervals:
        shuffled.take(interval)
    one, other = in_order.total, shuffled.total
    assert one.response.buckets() == other.response.buckets()
    assert one.response.count == sum(len(part) for part in parts)
    assert in_order.timeline.seconds() == shuffled.timeline.seconds()


ends = st.lists(
    st.tuples(
        st.sampled_from(["GET /x", "POST /y"]),
        st.sampled_from(["a", "b"]),
        st.integers(0, 2),
        st.one_of(st.integers(0, 10**7), st.integers(0, 2 * 3_600_000_000)),
        st.sampled_from([None, None, ErrorKind.TIMEOUT, ErrorKind.HTTP_5XX]),
    ),
    max_size=30,
)


def one_by_one(values: list[int]) -> Latency:
    """Of a histogram that every value was put into by itself, looked at once."""
    histogram = Histogram()
    for value in values:
        histogram.record(value)
    return Latency.of(histogram)


@given(st.lists(ends, min_size=1, max_size=4), st.booleans())
def test_groups_are_what_their_samples_are_one_by_one(parts, meanwhile):
    collector = Collector(splits_us=[100_000])
    schedule = Schedule(
        [Phase(name=name, duration_us=SECOND, rate=Fraction(1)) for name in ("p", "q", "r")]
    )
    for number, part in enumerate(parts):
        buffer = SampleBuffer()
        for endpoint, flow, phase, us, error in part:
            key = {"endpoint": endpoint, "flow": flow, "phase": phase}
            request(buffer, us, us // 3, 0 if error else 200, error, **key)
        interval = take(buffer, (number + 1) * SECOND)
        interval.from_us = number * SECOND
        for _ in collector.taking(interval):
            pass
        if meanwhile:  # as a save does, piece by piece
            for _ in ahead(collector):
                pass
            build(collector, schedule=schedule, weights={"a": 1, "b": 1})
    figures = build(collector, schedule=schedule, weights={"a": 1, "b": 1})

    samples = [sample for part in parts for sample in part]
    every = [us for *_key, us, _error in samples]
    good = [us for *_key, us, error in samples if error is None]
    assert figures.requests.response == one_by_one(every)
    assert figures.requests.service == one_by_one([us // 3 for us in every])
    assert figures.requests.failed == len(every) - len(good)
    if len(good) < len(every):
        assert figures.requests.successful_response == one_by_one(good)
    for entry in figures.endpoints:
        own = [us for endpoint, *_, us, _error in samples if endpoint == entry.name]
        assert entry.requests.response == one_by_one(own)
    for entry in figures.flows:
        own = [us for _, flow, _, us, _error in samples if flow == entry.name]
        assert entry.requests.response == one_by_one(own)
    by_second = {second.at_us // SECOND: second for second in collector.timeline.seconds()}
    for number, part in enumerate(parts):
        own = [us for *_, us, _error in part]
        assert by_second[number].response == (one_by_one(own) if own else None)
