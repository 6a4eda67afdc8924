"""Requests by endpoint, flow, phase and second: in the right row, exact at thresholds, bounded.

Tests `counted.py` and `lines.py` of `kampyn_perf/recorder` too.
"""

from __future__ import annotations

import tracemalloc
from collections import Counter, deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kampyn_perf.histogram import Layout
from kampyn_perf.histogram.buckets import place
from kampyn_perf.outcomes import ErrorKind
from kampyn_perf.recorder import breakdown, lines, settled
from kampyn_perf.recorder.breakdown import BreakdownRecorder
from kampyn_perf.recorder.buffer import Sample, SampleBuffer
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.counted import CountedInterval
from kampyn_perf.recorder.grouping import OTHER_ENDPOINTS
from kampyn_perf.recorder.interval import Cell, CellKey, Gauges, Interval
from kampyn_perf.results.breakdown import Breakdown, BreakdownGroup
from tests.recorder.recording import SECOND, counted


def request(buffer: SampleBuffer, us: int, status: int = 200, error=None, **key) -> None:
    key = {"endpoint": "GET /x", "flow": "a", "phase": 0} | key
    buffer.request(Sample(us, us // 2, status, error), **key)


def add(recorder: BreakdownRecorder, moment_us: int, interval: CountedInterval) -> None:
    for _ in recorder.take(moment_us, interval):
        pass


def recorded(
    *seconds: SampleBuffer, warm_up_us: int = 0, splits: tuple[int, ...] = ()
) -> Breakdown:
    collector = Collector(warm_up_us=warm_up_us, splits_us=splits)
    for number, buffer in enumerate(seconds):
        interval = buffer.take((number + 1) * SECOND, Gauges())
        interval.from_us = number * SECOND
        collector.take(interval)
    return collector.breakdown.figures()


def row_of(group: BreakdownGroup) -> tuple[int, ...]:
    (row,) = group.rows()
    return (row.total, row.failed, row.unavailable, row.status_4xx, row.status_5xx)


def test_every_event_is_counted_where_it_happened() -> None:
    first, second = SampleBuffer(), SampleBuffer()
    request(first, 1_000)
    request(first, 2_000, status=429)  # the scenario took it for a good answer
    request(first, 3_000, status=404, error=ErrorKind.HTTP_4XX)
    request(second, 10, status=0, error=ErrorKind.CONNECT, endpoint="POST /y", phase=1)
    request(second, 20, status=503, error=ErrorKind.HTTP_5XX, endpoint="POST /y", phase=1)
    request(second, 30, status=503, endpoint="POST /y", phase=1)
    request(second, 40, error=ErrorKind.CONTENT, endpoint="POST /y", phase=1)
    get, post = recorded(first, second).requests
    assert (get.endpoint, get.flow, get.phase) == ("GET /x", "a", 0)
    assert row_of(get) == (3, 1, 0, 2, 0)
    assert (post.endpoint, post.phase) == ("POST /y", 1)
    assert row_of(post) == (4, 3, 3, 0, 2)
    (row,) = post.rows()
    assert (row.at, row.response.counts.sum(), row.service.counts.sum()) == (1, 1, 1)


def test_a_threshold_that_was_known_cuts_its_bucket_in_two() -> None:
    buffer = SampleBuffer()
    for us in (199_990, 199_999, 200_000, 200_010):  # one bucket of HdrHistogram
        request(buffer, us)
    plain = recorded(buffer).requests
    for us in (199_990, 199_999, 200_000, 200_010):
        request(buffer, us)
    split = recorded(buffer, splits=(200_000,))
    assert [row.response.counts.tolist() for row in plain[0].rows()] == [[4]]
    (row,) = split.requests[0].rows()
    assert row.response.counts.tolist() == [2, 2]
    assert Layout(split.splits_us).starts_us[row.response.places].tolist()[1] == 200_000


def test_a_warm_up_is_not_in_it_and_phases_count_from_the_first_measured_one() -> None:
    buffer = SampleBuffer()
    request(buffer, 1_000, phase=0)
    request(buffer, 2_000, phase=1)
    (group,) = recorded(buffer, warm_up_us=1).requests
    assert (group.phase, row_of(group)[0]) == (0, 1)


def test_what_the_end_of_the_run_cut_has_its_age() -> None:
    buffer = SampleBuffer()
    buffer.request_cut(endpoint="POST /y", flow="a", phase=0, age_us=2_500_000)
    buffer.session_cut(flow="a", phase=0, age_us=3_000_000)
    buffer.session_dropped(flow="b", phase=0, age_us=700)
    figures = recorded(buffer)
    requests = {(cut.endpoint, cut.flow): row_of(cut)[0] for cut in figures.cut_requests}
    assert requests == {("", "b"): 1, ("POST /y", "a"): 1}
    assert [(cut.flow, row_of(cut)[0]) for cut in figures.cut_sessions] == [("a", 1), ("b", 1)]
    (row,) = figures.cut_requests[1].rows()
    assert Layout().starts_us[row.response.places].tolist() == [2_498_560]
    assert figures.requests == []


def test_sessions_have_rows_too() -> None:
    buffer = SampleBuffer()
    buffer.session_ended(flow="a", phase=0, duration_us=5_000, success=True)
    buffer.session_ended(flow="a", phase=0, duration_us=50, success=False)
    (group,) = recorded(buffer).sessions
    assert row_of(group) == (2, 1, 0, 0, 0)


def test_a_long_run_has_longer_stretches_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breakdown, "MAX_STRETCHES", 240)
    recorder, rng = BreakdownRecorder(), np.random.default_rng(1)
    for second in range(3 * breakdown.MAX_STRETCHES):
        buffer = SampleBuffer()
        for us in rng.integers(100, 10**6, 3):
            request(buffer, int(us), phase=second % 2)
        interval = buffer.take(0, Gauges())
        add(recorder, second * SECOND + SECOND // 2, counted(interval))
    figures = recorder.figures()
    assert figures.width_us == 4 * SECOND
    rows = [row for group in figures.requests for row in group.rows()]
    assert max(row.at for row in rows) < breakdown.MAX_STRETCHES
    assert sum(row.total for row in rows) == 9 * breakdown.MAX_STRETCHES
    assert sum(int(row.response.counts.sum()) for row in rows) == 9 * breakdown.MAX_STRETCHES


def test_names_and_buckets_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "MAX_GROUPS", 3)
    monkeypatch.setattr(breakdown, "MAX_BUCKETS", 2_000)
    recorder = BreakdownRecorder()
    for second in range(300):
        buffer = SampleBuffer()
        for number in range(20):
            request(buffer, 1_000 * (number + 1), endpoint=f"GET /users/{number}")
        interval = buffer.take(0, Gauges())
        add(recorder, second * SECOND, counted(interval))
    figures = recorder.figures()
    totals = Counter[str]()
    for group in figures.requests:
        totals[group.endpoint] += sum(row.total for row in group.rows())
    assert totals == {
        "GET /users/0": 300,
        "GET /users/1": 300,
        "GET /users/2": 300,
        OTHER_ENDPOINTS: 17 * 300,
    }
    assert figures.width_us > SECOND


def test_rows_are_told_once_their_stretch_is_over() -> None:
    collector = Collector()
    for number in range(3):
        buffer = SampleBuffer()
        request(buffer, 1_000, endpoint=f"GET /{number}")
        interval = buffer.take((number + 1) * SECOND, Gauges())
        interval.from_us = number * SECOND
        collector.take(interval)
    rows = collector.breakdown.completed(since_us=SECOND, until_us=2 * SECOND + 1)
    assert [(each.endpoint, each.width_us, each.row.at, each.row.total) for each in rows] == [
        ("GET /1", SECOND, 1, 1)
    ]
    every = collector.breakdown.completed(since_us=0, until_us=10**12)
    assert [each.endpoint for each in every] == ["GET /0", "GET /1", "GET /2"]


moments = st.lists(
    st.tuples(st.integers(0, 150), st.sampled_from(["GET /x", "POST /y"]), st.integers(1, 10**6)),
    max_size=40,
)


@settings(max_examples=25)
@given(moments, st.integers(0, 150))
def test_rows_are_those_of_a_plain_count_however_late_they_come(held, late) -> None:
    recorder, plain = BreakdownRecorder(), Counter[tuple[int, str, int]]()
    every = [(second, endpoint) for second in range(0, 151, 6) for endpoint in ("GET /x", "GET /z")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settled, "_ROWS", 7)
        patch.setattr(breakdown, "MAX_STRETCHES", 60)
        calm = [(second, endpoint, 9) for second, endpoint in every]
        for second, endpoint, us in [*sorted([*held, *calm]), *held[:3], (late, "GET /x", 7)]:
            buffer = SampleBuffer()
            request(buffer, us, endpoint=endpoint)
            add(recorder, second * SECOND, counted(buffer.take(0, Gauges())))
            plain[second, endpoint, place(us)] += 1
            recorder.figures()
    figures = recorder.figures()
    assert figures.width_us == 4 * SECOND
    expected = Counter[tuple[int, str, int]]()
    for (second, endpoint, where), count in plain.items():
        expected[second // 4, endpoint, where] += count
    assert expected == Counter(
        {
            (row.at, group.endpoint, where): count
            for group in figures.requests
            for row in group.rows()
            for where, count in zip(*map(np.ndarray.tolist, row.response), strict=True)
        }
    )
    totals = Counter[tuple[int, str]]()
    for (at, endpoint, _), count in expected.items():
        totals[at, endpoint] += count
    rows = recorder.completed(since_us=0, until_us=10**12)
    assert [row.row.at for row in rows] == sorted(row.row.at for row in rows)
    assert totals == {(each.row.at, each.endpoint): each.row.total for each in rows}


def test_rows_that_are_done_with_take_little_however_long_the_run(monkeypatch) -> None:
    monkeypatch.setattr(breakdown, "MAX_BUCKETS", 1_000)
    rng = np.random.default_rng(1)
    seconds = [
        counted(
            Interval(
                from_us=0,
                to_us=SECOND,
                cells={
                    CellKey(endpoint, "a", 0): Cell(
                        responses_us=rng.integers(1_000, 1_600, 500).tolist(),
                        services_us=rng.integers(800, 1_400, 500).tolist(),
                    )
                    for endpoint in ("GET /x", "POST /y")
                },
            )
        )
        for _ in range(8)
    ]
    recorder, held, saved = BreakdownRecorder(), [], deque[Breakdown](maxlen=3)
    add(recorder, 0, seconds[0])
    saved.append(recorder.figures())  # what is worked out once is there
    tracemalloc.start()
    try:
        for second in range(4 * 130):
            add(recorder, second * SECOND, seconds[second % 8])
            if second % 10 == 9:
                saved.append(recorder.figures())
            if second + 1 in {130, 4 * 130}:
                text = sum(len(str(group.packed)) for group in saved[-1].requests)
                held.append((tracemalloc.get_traced_memory()[0], text))
    finally:
        tracemalloc.stop()
    (early, _), (late, text) = held
    assert text > 300_000
    assert late < 1.5 * early
    assert late < 4 * text  # all buckets in arrays, and a text for each result, are eleven times
