"""Stretches of a run: all of it, in bounded memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.histogram import Layout
from kampyn_perf.recorder import timeline as timeline_module
from kampyn_perf.recorder.counted import CountedCell
from kampyn_perf.recorder.interval import Cell
from kampyn_perf.recorder.timeline import Timeline
from tests.recorder.recording import SECOND


def test_the_timeline_keeps_every_request_in_bounded_memory(monkeypatch):
    most = 60
    assert most < timeline_module.MAX_STRETCHES
    monkeypatch.setattr(timeline_module, "MAX_STRETCHES", most)
    timeline = Timeline()
    for second in range(5 * most):
        stretch = timeline.at(second * SECOND + 500_000)
        stretch.requests += 1
        stretch.response().record(second + 1)
    seconds = timeline.seconds()
    assert len(seconds) <= most
    assert timeline.width_us == 8 * SECOND
    assert sum(each.requests for each in seconds) == 5 * most
    assert sum(each.response.count for each in seconds if each.response) == 5 * most
    assert seconds[0].response.max_us == 8
    assert [each.at_us for each in seconds[:2]] == [0, 8 * SECOND]


def test_a_sealed_stretch_opens_for_a_late_interval():
    timeline = Timeline()
    timeline.at(0).response().record(5)
    for second in range(1, 20):
        timeline.at(second * SECOND).response().record(1)
    timeline.at(0).response().record(7)
    first = timeline.seconds()[0].response
    assert first is not None
    assert (first.count, first.min_us, first.max_us) == (2, 5, 7)


@pytest.mark.parametrize("count", [1, 3, 50])
def test_recent_stretches_are_the_last(count):
    timeline = Timeline()
    for second in range(10):
        timeline.at(second * SECOND).requests = second
    assert [each.requests for each in timeline.recent(count)] == list(range(10))[-count:]


def test_completed_stretches_have_ended_and_are_told_once():
    timeline = Timeline()
    for second in range(5):
        timeline.at(second * SECOND).requests = second
    early = timeline.completed(since_us=0, until_us=2 * SECOND + 1)
    late = timeline.completed(since_us=2 * SECOND, until_us=5 * SECOND)
    assert [each.requests for each in early] == [0, 1]
    assert [each.requests for each in late] == [2, 3, 4]


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 99), st.integers(0, 9)), max_size=20))
def test_sessions_at_work_are_the_latest_word_of_every_generator(gauges):
    stretch = Timeline().at(0)
    latest: dict[int, tuple[int, int]] = {}
    for generator, moment_us, in_flight in gauges:
        stretch.gauge(generator, moment_us, in_flight)
        latest[generator] = max(latest.get(generator, (0, 0)), (moment_us, in_flight))
    assert stretch.in_flight == sum(count for _moment, count in latest.values())


def test_requests_of_a_stretch_are_those_that_ended_in_it():
    stretch = Timeline().at(0)
    failed = Cell(responses_us=[1], failed_responses_us=[9], errors={"timeout": 1})
    for cell in (Cell(responses_us=[3, 5]), failed):
        stretch.take(CountedCell.of(cell, Layout()))
    stretch.late(4, 2)
    live = stretch.live()
    assert (live.requests, live.failed, live.late_max_us) == (4, 1, 4)
    assert (live.response.min_us, live.response.max_us) == (1, 9)


def test_a_stretch_that_is_read_stays_sealed():
    timeline = Timeline()
    timeline.at(0).take(CountedCell.of(Cell(responses_us=[7]), Layout()))
    timeline.at(0).seal()
    assert timeline.recent(1)[0].response.max_us == 7
    assert not timeline.at(0).is_open


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 10**6)), max_size=30))
def test_seconds_are_the_same_whether_or_not_they_were_asked_for_meanwhile(held):
    asked, other = Timeline(), Timeline()
    for second, us in held:  # in any order
        for timeline in (asked, other):
            timeline.at(second * SECOND).take(CountedCell.of(Cell(responses_us=[us]), Layout()))
        asked.seconds()
    assert asked.seconds() == other.seconds()
    assert asked.most_requests == max((each.requests for each in other.seconds()), default=0)
