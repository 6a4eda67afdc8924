"""Requests of a scope in time: each clock has its own times."""

from __future__ import annotations

import numpy as np

from kampyn_perf.histogram import Layout
from kampyn_perf.results.breakdown import Row, Sparse
from kampyn_perf.slo.evidence.counted import Counted, Table, Times
from kampyn_perf.slo.kinds import Clock, Event
from tests.results.rows import group_of


def counted() -> Counted:
    """Four seconds, n requests in second n, sent 900 us late, answered in 100; and a failed one."""
    place = Layout().places
    rows = [
        Row(at, at + 1, 1, 0, 0, 1, *(Sparse.of(place([us] * at)) for us in (1_000, 100)))
        for at in range(4)
    ]
    return Table([group_of(rows)], [], splits_us=[], width_us=1_000_000).select(lambda _: True)


def held(times: Times) -> list[tuple[int, int, float]]:
    return list(
        zip(times.items.tolist(), times.first_us.tolist(), times.counts.tolist(), strict=True)
    )


def test_each_clock_has_its_own_times() -> None:
    found = counted()
    assert held(found.times(Clock.RESPONSE)) == [(1, 1_000, 1), (2, 1_000, 2), (3, 1_000, 3)]
    assert held(found.times(Clock.SERVICE)) == [(1, 100, 1), (2, 100, 2), (3, 100, 3)]
    assert found.totals.tolist() == [1, 2, 3, 4]
    assert found.events[Event.STATUS_5XX].tolist() == [1, 1, 1, 1]


def test_a_part_has_those_of_its_own_items() -> None:
    found = counted().part(np.array([False, True, False, True]))
    assert held(found.times(Clock.RESPONSE)) == [(0, 1_000, 1), (1, 1_000, 3)]
    assert held(found.times(Clock.SERVICE)) == [(0, 100, 1), (1, 100, 3)]
    assert found.totals.tolist() == [2, 4]
