"""The page of a comparison: every figure, what is not alike, and no picture that says otherwise."""

from __future__ import annotations

import re

import pytest

from kampyn_perf.report.html import comparison_page
from kampyn_perf.report.html.changes import WIDTH, picture
from kampyn_perf.results.compared import Change
from tests.report.comparison.test_formats import P95, comparison
from tests.report.html.reading import Page, digest
from tests.report.html.samples import MARKUP


def test_every_figure_with_its_outcome() -> None:
    compared = comparison()
    page = Page(comparison_page(compared).decode())
    assert page.headings[0] == compared.headline
    rows = page.tables["figures"][1:] + page.tables["further-figures"][1:]
    assert len(rows) == len(compared.rows)
    by_scope = {row.scope: row for row in compared.rows}
    for cells in rows:
        (row,) = [
            row for scope, row in by_scope.items() if cells[0].text.endswith(scope or row_name())
        ]
        assert [cell.value for cell in cells[1:4]] == [str(row.base), str(row.new), str(row.change)]
        assert cells[5].text == row.interval_text
        assert cells[6].text.startswith(row.outcome.words)
    assert [cell.text for cell in page.tables["#0"][1]] == ["git commit", "a", "b"]


def row_name() -> str:
    return P95.name


def test_names_are_names_and_the_policy_holds() -> None:
    row = P95.model_copy(update={"scope": MARKUP})
    page = Page(comparison_page(comparison(rows=[row], reasons=[MARKUP])).decode())
    assert "<img" not in page.html
    assert page.styled == []
    (style,) = page.styles
    assert f"style-src {digest(style)};" in page.policy


@pytest.mark.parametrize(
    ("change", "more_is_better", "right"),
    [(0.3, False, True), (-0.3, False, False), (0.3, True, False), (-0.3, True, True)],
)
def test_worse_is_to_the_right(change: float, more_is_better: bool, right: bool) -> None:
    row = P95.model_copy(
        update={"change": change, "low": change, "high": change, "more_is_better": more_is_better}
    )
    (place,) = re.findall(r'cx="([^"]+)"', picture(row, 0.05))
    assert (float(place) > WIDTH / 2) is right


def test_what_is_no_ratio_has_no_picture() -> None:
    assert picture(P95.model_copy(update={"relative": False}), 0.05) == ""
    assert (
        picture(P95.model_copy(update={"change": None, "outcome": Change.INCONCLUSIVE}), 0.05) == ""
    )


def test_unbounded_ends_reach_the_edge() -> None:
    drawn = picture(P95.model_copy(update={"low": None, "high": None}), 0.05)
    assert f'class="range" x="0.0" y="5.0" width="{WIDTH}.0"' in drawn


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (0.3, "+30 %"),
        (-0.0123, "-1.23 %"),
        (82.14, "+8,210 %"),
        (9.996, "+1,000 %"),
        (-0.999705, "-99.971 %"),
    ],
)
def test_a_change_is_told_in_three_figures_and_never_as_a_power(change: float, text: str) -> None:
    assert P95.model_copy(update={"change": change}).change_text == text
