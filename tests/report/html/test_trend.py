"""The page of a figure over runs: each run a dot, each change a line, and the table has all."""

from __future__ import annotations

import re
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.cli.reports.view import value_text
from kampyn_perf.report.html.run_plot import Point, Trend, Turn, plot
from kampyn_perf.report.html.trend import MOST_ROWS, trend_page
from tests.report.html.reading import Page, digest
from tests.report.html.samples import MARKUP


def trend(values: list[float], *turns: int, words: str = "") -> Trend:
    return Trend(
        metric="GET /x p95",
        points=[
            Point(
                run=f"run-{at}",
                started_at=f"2026-01-{at % 28 + 1:02}T00:00:00",
                value=value,
                words=words,
            )
            for at, value in enumerate(values)
        ],
        turns=[Turn(at=at, words=f"changed at run-{at}{words}") for at in turns],
        left_out=["3 runs older"],
        text=partial(value_text, "p95"),
    )


def test_every_run_is_a_dot_and_a_row_and_every_change_a_line() -> None:
    page = Page(trend_page(trend([10_000.0, 10_100.0, 13_000.0, 13_100.0], 2)).decode())
    assert page.headings[0] == "GET /x p95: 1 change in 4 runs"
    assert page.html.count("<circle ") == 4
    assert page.html.count('class="turn"') == 1
    assert page.html.count('class="level"') == 2
    rows = page.tables["runs"][1:]
    assert [row[0].text for row in rows] == ["run-3", "run-2", "run-1", "run-0"]
    assert [row[2].value for row in rows] == ["13100.0", "13000.0", "10100.0", "10000.0"]
    assert [row[4].text for row in rows] == ["", "changed at run-2", "", ""]
    assert "3 runs older" in page.words


def test_greater_is_higher_and_later_is_further_right() -> None:
    found = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', plot(trend([10.0, 30.0, 20.0])))
    (x0, y0), (x1, y1), (x2, y2) = [(float(x), float(y)) for x, y in found]
    assert x0 < x1 < x2
    assert y1 < y2 < y0


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=40))
def test_any_values_have_a_plot_within_its_frame(values: list[float]) -> None:
    picture = plot(trend(values))
    for _x, y in re.findall(r'cx="([\d.e+-]+)" cy="([\d.e+-]+)"', picture):
        assert 0 <= float(y) <= 260
    assert 2 <= picture.count("<text") <= 12


def test_names_are_names_and_the_policy_holds() -> None:
    page = Page(trend_page(trend([1.0, 2.0], 1, words=MARKUP)).decode())
    assert "<img" not in page.html
    assert page.styled == []
    (style,) = page.styles
    assert f"style-src {digest(style)};" in page.policy


@pytest.mark.parametrize("runs", [MOST_ROWS, MOST_ROWS + 5])
def test_a_long_history_keeps_its_newest_rows_and_says_so(runs: int) -> None:
    page = Page(trend_page(trend([1.0] * runs)).decode())
    assert page.html.count("<circle ") == runs
    assert len(page.tables["runs"]) == MOST_ROWS + 1
    assert ("5 older runs left out" in page.words) == (runs > MOST_ROWS)
