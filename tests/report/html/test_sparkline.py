"""Bars of counts."""

from __future__ import annotations

from kampyn_perf.report.html.sparkline import HEIGHT, picture


def test_a_bar_for_each_stretch_with_something() -> None:
    svg = picture([0, 4, 0, 2], label="6 requests")
    assert svg.count("M") == 2
    assert f"v-{HEIGHT}.0" in svg
    assert f"v-{HEIGHT / 2}" in svg
    assert 'aria-label="6 requests"' in svg


def test_nothing_of_nothing() -> None:
    assert picture([], label="") == ""
    assert picture([0, 0], label="") == ""


def test_many_stretches_are_put_together() -> None:
    assert picture([1] * 5_000, label="").count("M") <= 60
