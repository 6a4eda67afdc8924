"""Who has fallen silent, and when a second is there from all generators; the clock is ours."""

from __future__ import annotations

import pytest

from kampyn_perf.load.coordinator import reporting
from kampyn_perf.load.coordinator.reporting import Silence, Unsaved

NEVER = float("inf")


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(reporting, "time", clock)
    return clock


def test_a_generator_is_given_up_after_twenty_seconds_of_silence(clock):
    silence = Silence()
    silence.broken_by(0)
    silence.broken_by(1)
    clock.now += 15
    silence.broken_by(1)
    clock.now += 5
    assert list(silence.too_long([0, 1], NEVER)) == []
    clock.now += 1
    assert list(silence.too_long([0, 1], NEVER)) == [(0, 21)]
    assert list(silence.too_long([1], NEVER)) == []


def test_after_the_deadline_all_are(clock):
    silence = Silence()
    silence.broken_by(0)
    silence.broken_by(1)
    clock.now += 2
    assert list(silence.too_long([0, 1], 102)) == []
    assert list(silence.too_long([0, 1], 101.9)) == [(0, 2), (1, 2)]


def test_those_that_are_given_up_may_leave_meanwhile(clock):
    silence, living = Silence(), [0, 1, 2]
    for index in living:
        silence.broken_by(index)
    for index, _silent in silence.too_long(living, 0):
        living.remove(index)
    assert living == []


def test_nothing_is_saved_while_nothing_has_come(clock):
    unsaved = Unsaved()
    clock.now += 60
    assert not unsaved.take([0, 1])


def test_a_second_is_there_when_all_at_work_have_reported_it(clock):
    unsaved = Unsaved()
    unsaved.add(0)
    assert not unsaved.take([0, 1])
    unsaved.add(1)
    assert unsaved.take([0, 1])
    assert not unsaved.take([0, 1])


def test_one_that_is_gone_is_not_waited_for(clock):
    unsaved = Unsaved()
    unsaved.add(0)
    assert unsaved.take([0])


def test_nor_one_that_is_late_for_longer_than_three_tenths(clock):
    unsaved = Unsaved()
    unsaved.add(0)
    clock.now += 0.29
    assert not unsaved.take([0, 1])
    clock.now += 0.02
    assert unsaved.take([0, 1])
    unsaved.add(1)
    assert not unsaved.take([0, 1])


def test_the_time_counts_from_the_last_report_which_may_have_taken_long_to_read(clock):
    unsaved = Unsaved()
    unsaved.add(0)
    clock.now += 0.25
    unsaved.add(1)
    clock.now += 0.25
    assert not unsaved.take([0, 1, 2])
    unsaved.add(2)
    assert unsaved.take([0, 1, 2])
