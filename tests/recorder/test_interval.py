"""An interval on its way over the wire: the same on the other side.

Tests `kampyn_perf/recorder/traces.py` too.
"""

from __future__ import annotations

from dataclasses import fields

import orjson
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.recorder.generator_health import HealthSample
from kampyn_perf.recorder.interval import Cell, CellKey, Gauges, Interval, SessionCounts
from kampyn_perf.recorder.traces import RequestTrace, SessionTrace

names = st.text(max_size=9)
numbers = st.integers(0, 2**53)
times = st.lists(numbers, max_size=2)
counts = st.dictionaries(names, numbers, max_size=2)
cells = st.builds(
    Cell,
    responses_us=times,
    services_us=times,
    failed_responses_us=times,
    failed_services_us=times,
    cut_us=times,
    unavailable=numbers,
    statuses=counts,
    errors=counts,
    failures=counts,
    messages=st.dictionaries(names, names, max_size=2),
    received=numbers,
    sent=numbers,
)
sessions = st.builds(
    SessionCounts,
    **{one.name: times if one.name.endswith("_us") else numbers for one in fields(SessionCounts)},
)
health = st.builds(HealthSample, cpu_us=numbers, lags_us=times, fds=st.none() | numbers)
requests = st.builds(
    RequestTrace, span=names, name=names, due_us=numbers, start_us=numbers, end_us=numbers
)
traces = st.builds(
    SessionTrace,
    trace=names,
    span=names,
    flow=names,
    phase=numbers,
    number=numbers,
    due_us=numbers,
    end_us=numbers,
    why=names,
    requests=st.lists(requests, max_size=2).map(tuple),
    left_out=numbers,
)
intervals = st.builds(
    Interval,
    from_us=numbers,
    to_us=numbers,
    cells=st.dictionaries(st.builds(CellKey, names, names, numbers), cells, max_size=2),
    sessions=st.dictionaries(st.tuples(names, numbers), sessions, max_size=2),
    started_in=st.dictionaries(numbers, numbers, max_size=3),
    lateness_us=times,
    waited=numbers,
    waited_max_us=numbers,
    faults=numbers,
    gauges=st.builds(Gauges, in_flight=numbers, waiting=numbers, vusers=numbers),
    health=health,
    acknowledged=st.lists(names, max_size=3),
    traces=st.lists(traces, max_size=2).map(tuple),
    traces_left_out=numbers,
)


@given(intervals)
def test_it_arrives_as_it_was_sent(interval: Interval) -> None:
    line = orjson.dumps(interval.to_message())
    assert Interval.from_message(orjson.loads(line)) == interval


def test_every_field_is_drawn_above() -> None:
    """A new one that is not sent would be its default on either side."""
    assert {one.name for one in fields(Interval)} == {
        *("from_us", "to_us", "cells", "sessions", "started_in", "lateness_us", "waited"),
        *("waited_max_us", "faults", "gauges", "health", "acknowledged", "traces"),
        "traces_left_out",
    }


@given(intervals, st.integers(1, 9))
def test_taken_apart_it_is_the_same_in_parts_of_about_one_size(interval, size):
    whole = dict(interval.cells)
    parts = list(interval.take_apart(size))
    assert sum(cell.ended for cell in interval.cells.values()) <= size
    together = dict(interval.cells)
    for part in parts:
        assert part
        assert not together.keys() & part.keys()
        last = list(part.values())[-1]
        assert sum(cell.ended for cell in part.values()) - last.ended < size
        together |= part
    assert together == whole
