"""What a load's page says of the runs before it: its main figures over them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from kampyn_perf.report.html.run_plot import SMALL, Trend, plot
from kampyn_perf.units import counted


@dataclass(frozen=True)
class Past:
    """One figure over the runs as it is shown; the last of them is the page's own."""

    title: str
    text: str
    value: float
    before: str
    picture: Markup
    """Empty where there is nothing to see: 0 in every run."""
    turns: Sequence[str]


def past_of(trend: Trend, title: str) -> Past:
    """`trend` ends with the run of the page, and has at least one before it."""
    *earlier, own = [point.value for point in trend.points]
    runs = "run" if len(earlier) == 1 else counted(len(earlier), "run")
    low, high = trend.text(min(earlier)), trend.text(max(earlier))
    before = f"{low if low == high else f'{low} to {high}'} in the {runs} before it"
    words = f"{trend.text(own)} in this one, {before}"
    return Past(
        title=title,
        text=trend.text(own),
        value=own,
        before=before,
        picture=plot(trend, SMALL, marked=len(earlier), words=words)
        if own or any(earlier)
        else Markup(""),
        turns=[turn.words for turn in trend.turns],
    )
