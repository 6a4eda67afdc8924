"""Shares of CPU time, from the seconds in each mode."""

from __future__ import annotations

import pytest

from kampyn_perf.measure.cpu import busy_share, steal_share

SPENT = {"user": 3.0, "nice": 0.0, "system": 1.0, "idle": 5.0, "iowait": 1.0, "steal": 0.0}


def test_waiting_for_a_disk_is_idle() -> None:
    assert busy_share(SPENT) == pytest.approx(0.4)


def test_stolen_time_is_neither_used_nor_free() -> None:
    """Four of ten seconds used and six stolen: nothing was left, so all of it was used."""
    assert busy_share({**SPENT, "idle": 0.0, "iowait": 0.0, "steal": 6.0}) == 1.0
    assert steal_share({**SPENT, "idle": 0.0, "iowait": 0.0, "steal": 6.0}) == pytest.approx(0.6)


def test_the_time_of_guests_is_not_counted_twice() -> None:
    assert busy_share({**SPENT, "guest": 3.0}) == pytest.approx(0.4)


def test_no_time_has_no_share() -> None:
    nothing = dict.fromkeys(SPENT, 0.0)
    assert (busy_share(nothing), steal_share(nothing)) == (None, None)
    assert steal_share({"user": 1.0, "idle": 1.0}) is None
