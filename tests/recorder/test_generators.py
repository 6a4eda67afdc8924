"""What a generator reported of itself, added up.

Tests `kampyn_perf/recorder/generator_health.py` too.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.recorder.counted import CountedInterval
from kampyn_perf.recorder.generator_health import HealthSample
from kampyn_perf.recorder.generators import BusiestStretch, GeneratorTotals
from kampyn_perf.recorder.interval import Gauges, Interval, SessionCounts
from tests.recorder.recording import SECOND, counted

seconds = st.lists(st.tuples(st.integers(0, SECOND), st.just(SECOND)), min_size=1, max_size=30)


@given(seconds)
def test_the_busiest_stretch_is_of_five_seconds_in_a_row(spent):
    stretch = BusiestStretch()
    for spent_us, length_us in spent:
        stretch.add(spent_us, length_us)
    windows = [spent[at : at + 5] for at in range(max(len(spent) - 4, 1))]
    shares = [sum(s for s, _ in window) / sum(n for _, n in window) for window in windows]
    assert stretch.share == pytest.approx(max(shares))


def test_a_moment_says_nothing():
    stretch = BusiestStretch()
    stretch.add(400_000, 400_000)
    assert stretch.share == 0


def interval(second: int, **health: object) -> CountedInterval:
    made = Interval(
        from_us=second * SECOND,
        to_us=(second + 1) * SECOND,
        sessions={("a", 0): SessionCounts(planned=2, started=1)},
        lateness_us=[second],
        gauges=Gauges(in_flight=second, vusers=10 - second),
        health=HealthSample(**health),  # type: ignore[arg-type]
    )
    return counted(made)


def test_sums_extremes_and_the_latest_word():
    totals = GeneratorTotals()
    first = interval(0, cpu_us=10, lags_us=[5], gc_max_us=3, fds=7, fd_limit=100)
    second = interval(1, cpu_us=20, lags_us=[9], gc_max_us=2, fds=6, suspended_us=4)
    for one in (second, first):  # in any order
        totals.take(one, measured=True)
    assert (totals.planned, totals.started) == (4, 2)
    assert (totals.last.in_flight, totals.heard_us, totals.vusers_max) == (1, 2 * SECOND, 10)
    assert (totals.measured_us, totals.cpu_us, totals.lag.max_us) == (2 * SECOND, 30, 9)
    assert (totals.gc_max_us, totals.fds_max, totals.fd_limit) == (3, 7, 100)
    assert totals.suspended_us == 4


def test_what_the_system_does_not_tell_is_not_0():
    totals = GeneratorTotals()
    totals.take(interval(0), measured=True)
    assert (totals.cpu_wait_us, totals.steal_us, totals.fds_max, totals.ports_max) == (None,) * 4
    totals.take(interval(1, cpu_wait_us=3, steal_us=0, ports=5), measured=True)
    assert (totals.cpu_wait_us, totals.steal_us, totals.ports_max) == (3, 0, 5)


def test_a_warm_up_is_planned_and_not_measured():
    totals = GeneratorTotals()
    totals.take(interval(0, cpu_us=SECOND), measured=False)
    assert (totals.planned, totals.measured_us, totals.cpu_us) == (2, 0, 0)


def test_waiting_counts_as_starved_only_where_there_was_much_to_do():
    idle, working = GeneratorTotals(), GeneratorTotals()
    for second in range(5):
        idle.take(interval(second, cpu_us=100_000, cpu_wait_us=300_000), measured=True)
        working.take(interval(second, cpu_us=300_000, cpu_wait_us=300_000), measured=True)
    assert idle.hungriest.share == working.hungriest.share == pytest.approx(0.3)
    assert (idle.starved.share, working.starved.share) == (0, pytest.approx(0.3))
