"""Buffer to collector to result: nothing lost, nothing counted twice, in any order."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.recorder.buffer import SampleBuffer
from kampyn_perf.recorder.collector import Collector
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
