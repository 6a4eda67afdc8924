"""Pauses between pieces of work: when they are taken, and that the work is still done in time."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from kampyn_perf.load.coordinator.pace import Pace, memory_set_aside


class Work:
    """Steps that take so many microseconds of CPU each; time is what it makes it."""

    def __init__(self) -> None:
        self.used_ns = 0
        self.rested_s = 0.0
        self.bursts_us: list[int] = []
        self._rested_ns = 0

    def pace(self) -> Pace:
        return Pace(used_ns=lambda: self.used_ns, sleep=self._sleep)

    def steps(self, *took_us: int) -> Iterator[None]:
        for each in took_us:
            self.used_ns += each * 1000
            yield

    def _sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.rested_s += seconds
        self.bursts_us.append((self.used_ns - self._rested_ns) // 1000)
        self._rested_ns = self.used_ns


def test_it_pauses_when_a_quarter_of_a_millisecond_has_been_worked() -> None:
    work = Work()
    pace = work.pace()
    pace.begin()
    pace.take(work.steps(100, 100, 100, 100, 700, 10))
    assert work.bursts_us == [300, 800]


def test_rest_counts_as_a_pause() -> None:
    work = Work()
    pace = work.pace()
    for _ in range(10):
        pace.begin()
        pace.take(work.steps(200))
    assert work.bursts_us == []


def test_a_second_with_very_much_to_do_is_not_held_up_for_ever() -> None:
    work = Work()
    pace = work.pace()
    for _ in range(3):
        before = work.rested_s
        pace.take(work.steps(*[1000] * 1000))
        pace.renew()
        assert 0 < work.rested_s - before < 0.8


def test_the_work_is_spread_over_as_much_of_a_second_as_the_last_one_says() -> None:
    work = Work()
    pace = work.pace()
    rests = []
    for pieces in (10, 200, 200, 1000, 1000, 10, 10):
        before = work.rested_s
        pace.take(work.steps(*[300] * pieces))
        pace.renew()
        rests.append(work.rested_s - before)
    longest = rests[0] / 10
    assert rests[2] == pytest.approx(0.75), "as long as may be, now that it is known"
    assert rests[4] == pytest.approx(0.75, abs=longest), "the same with five times the work"
    assert rests[6] == pytest.approx(10 * longest), "and a little work has long pauses"


def test_without_load_there_is_nobody_to_wait_for() -> None:
    work = Work()
    pace = work.pace()
    pace.stop()
    pace.take(work.steps(*[1000] * 20))
    assert work.bursts_us == []


@pytest.fixture
def nothing_set_aside() -> Iterator[None]:
    before = gc.get_freeze_count()
    gc.unfreeze()
    yield
    gc.unfreeze()
    if before:
        gc.freeze()


@pytest.mark.usefixtures("nothing_set_aside")
@pytest.mark.parametrize("held", [False, True])
def test_memory_is_set_aside_for_a_run_unless_somebody_had_done_it_for_longer(held: bool) -> None:
    if held:
        gc.freeze()
    before = gc.get_freeze_count()
    with pytest.raises(ZeroDivisionError), memory_set_aside() as set_aside:
        # Not before it is said that all is loaded; some of what had been set aside may be gone.
        assert gc.get_freeze_count() <= before
        set_aside()
        assert gc.get_freeze_count() > 0
        raise ZeroDivisionError
    assert bool(gc.get_freeze_count()) == held
