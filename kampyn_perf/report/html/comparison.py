"""The page of a comparison: what it comes to, what the two have not alike, every figure. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from kampyn_perf.report.html import changes, page
from kampyn_perf.results.compared import Change, Compared
from kampyn_perf.results.comparison import Comparison, Conclusion, names_of
from kampyn_perf.units import format_percent

MOST_ROWS = 300
_ORDER = (Change.REGRESSED, Change.IMPROVED, Change.INCONCLUSIVE, Change.NO_CHANGE)
_COLOURS = {
    Conclusion.REGRESSED: "fail",
    Conclusion.IMPROVED: "pass",
    Conclusion.NO_CHANGE: "pass",
}


@dataclass(frozen=True)
class Row:
    """One figure as it is shown."""

    mark: str
    figure: Compared
    picture: Markup


@dataclass(frozen=True)
class Figures:
    """A comparison as it is shown."""

    name: str
    """Of the base."""
    comparison: Comparison
    conclusion: str
    facts: list[tuple[str, str]]
    rows: list[Row]
    folded: list[Row]
    """Figures that only explain others, and did not change as far as is known."""
    control: list[Row]
    left_out: int


def comparison_page(comparison: Comparison) -> bytes:
    """The document, UTF-8."""
    figures = figures_of(comparison)
    context = {
        "title": comparison.headline,
        "headline": comparison.headline,
        "conclusion": figures.conclusion,
        "against": figures,
        "live": False,
    }
    return page.render("comparison.html", context, data={"spans": [], "charts": [], "curves": []})


def figures_of(comparison: Comparison, *, name: str = "") -> Figures:
    """What a page shows of it; `name` is that of the base."""
    shown = sorted(comparison.rows, key=_rank)[:MOST_ROWS]
    return Figures(
        name=name,
        comparison=comparison,
        conclusion=_COLOURS.get(comparison.conclusion, "no_verdict"),
        facts=[
            ("Base", names_of(comparison.base)),
            ("New", names_of(comparison.new)),
            ("Changes up to this do not matter", format_percent(comparison.margin)),
            ("What it rests on", comparison.design.words),
            ("Confidence", format_percent(comparison.confidence)),
        ],
        rows=_rows([row for row in shown if row.worth_showing], comparison.margin),
        folded=_rows([row for row in shown if not row.worth_showing], comparison.margin),
        control=_rows(comparison.control[:MOST_ROWS], comparison.margin),
        left_out=len(comparison.rows) - len(shown),
    )


def _rank(row: Compared) -> tuple[bool, int]:
    """Of the whole before its parts; what changed before what did not."""
    return not row.primary, _ORDER.index(row.outcome)


def _rows(figures: list[Compared], margin: float) -> list[Row]:
    return [
        Row(figure.outcome.mark, figure, Markup(changes.picture(figure, margin)))  # noqa: S704
        for figure in figures
    ]
