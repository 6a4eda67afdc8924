"""What the watchers brought, by series: bounded, and without what is no number."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kampyn_perf.measure import store as module
from kampyn_perf.measure.bounded import CAPACITY
from kampyn_perf.measure.readings import Quantity, Remark, Sample
from kampyn_perf.measure.store import Store
from kampyn_perf.results.series import Series
from tests.measure.virtual import LOAD


def test_a_long_run_keeps_sums_and_extremes() -> None:
    store = Store()
    count = CAPACITY * 3
    for number in range(count):
        store.take(number, [Sample(LOAD, float(number))], watcher="w", slots=1)
    (series,) = store.series()
    assert len(series.values) <= CAPACITY
    assert series.weights is not None
    assert series.minima is not None
    assert series.maxima is not None
    assert sum(series.weights) == count
    total = sum(value * weight for value, weight in zip(series.values, series.weights, strict=True))
    assert total == sum(range(count))
    assert (min(series.minima), max(series.maxima)) == (0, count - 1)
    assert series.maximum == count - 1  # the last point is the mean of several
    # What is made without the model's own check has to stand it.
    assert Series.model_validate(series.model_dump()) == series


@given(asked=st.sets(st.integers(0, 3 * CAPACITY), max_size=20))
@settings(max_examples=30, deadline=None)
def test_who_asks_meanwhile_changes_nothing(asked: set[int]) -> None:
    """A snapshot keeps what it worked out for the next; what it gave away stays as it was."""
    store, other = Store(), Store()
    given_away: list[tuple[Series, Series]] = []
    for number in range(3 * CAPACITY + 1):
        sample = Sample(LOAD, number / 7, weight=1 + number % 3)
        for one in (store, other):
            one.take(number, [sample], watcher="w", slots=1)
        if number in asked:
            (series,) = store.series()
            given_away.append((series, series.model_copy(deep=True)))
    assert store.series() == other.series()
    assert all(now == then for now, then in given_away)


def test_labels_tell_series_apart() -> None:
    store = Store()
    for queue in ("mail", "pdf"):
        quantity = Quantity("depth", "x", "y", labels=(("queue", queue),))
        store.take(0, [Sample(quantity, 1.0)], watcher="w", slots=1)
    assert [series.labels for series in store.series()] == [{"queue": "mail"}, {"queue": "pdf"}]


def test_a_series_says_how_many_samples_were_at_least_their_value() -> None:
    store = Store()
    for at, beyond in enumerate([False, True, True]):
        store.take(at, [Sample(LOAD, 1.0, at_least=beyond)], watcher="w", slots=1)
    (series,) = store.series()
    assert series.at_least == 2


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_no_sample(value: float) -> None:
    store = Store()
    store.take(0, [Sample(LOAD, value), Sample(LOAD, 1.0, weight=0)], watcher="w", slots=1)
    assert store.series() == []


def test_series_are_bounded_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_SERIES", 2)
    store = Store()
    for number in range(3):
        store.take(0, [Sample(Quantity("m", f"{number}", "y"), 1.0)], watcher="w", slots=1)
    assert [series.subject for series in store.series()] == ["0", "1"]
    assert store.remarks == ["1 series were left out: 2 are kept, those that came first"]


def test_remarks_are_bounded_and_name_their_watcher() -> None:
    store = Store()
    for number in range(100):
        store.take(0, [Remark(f"odd {number}")], watcher="w", slots=1)
    assert len(store.remarks) == module.MAX_REMARKS
    assert store.remarks[0] == "w: odd 0"
