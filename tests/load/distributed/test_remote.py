"""Clocks compared by pings: of several, the shortest round trip is believed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.load.distributed.remote import ClockComparison

trips = st.tuples(st.integers(0, 50_000), st.integers(0, 50_000))


@given(st.lists(trips, min_size=1, max_size=10), st.integers(-(10**12), 10**12))
def test_the_true_offset_lies_within_the_uncertainty(legs, offset):
    comparison = ClockComparison()
    sent = 10**9
    for there, back in legs:
        comparison.add(
            sent_us=sent,
            heard_us=sent + there + back,
            clock_us=sent + there + offset,
            wall_ahead_us=7,
        )
        sent += 1_000_000
    best = comparison.best
    assert abs(best.offset_us - offset) <= best.uncertainty_us
    assert best.uncertainty_us == (min(there + back for there, back in legs) + 1) // 2


def test_old_pings_are_forgotten_so_that_drift_shows():
    comparison = ClockComparison()
    for number in range(25):
        comparison.add(
            sent_us=number, heard_us=number + 2, clock_us=number + 1 + number, wall_ahead_us=0
        )
    assert comparison.count == 10
    assert comparison.best.offset_us == 15
