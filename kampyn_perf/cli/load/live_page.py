"""Shows a run's page while it goes on: an observer over `report.serving`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kampyn_perf import load
from kampyn_perf.load.clock import now_us

if TYPE_CHECKING:
    from kampyn_perf.report.serving import LivePage
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict
    from kampyn_perf.slo.objectives import Slo

_TIMES_ITS_COST = 10
"""A verdict of so far is taken anew after so many times of what it took."""


def opened(port: int | None, slo: Slo) -> ShowingPage:
    """The page of the run, served on that port; None: nowhere. Raises KampynError where the port is
    taken."""
    if port is None:
        return ShowingPage(None, slo)
    from kampyn_perf.report.serving import LivePage

    return ShowingPage(LivePage(port), slo)


class ShowingPage(load.Unobserved):
    """Around a run; its server ends with it.

    What costs something is done on the thread that answers, and only where somebody asks.
    """

    def __init__(self, page: LivePage | None, slo: Slo) -> None:
        self._page = page
        self._slo = slo
        self._verdict: Verdict | None = None
        self._judge_at_us = 0
        self.url = page.url if page else ""

    def close(self) -> None:
        """Its server ends."""
        if self._page:
            self._page.close()

    def interval(self, progress: load.Progress) -> None:
        """More was measured; made into a result only if somebody looks."""
        if self._page and self._page.wanted:
            self._show(self._page, progress.result(), live=True)

    def ended(self, result: LoadResult, verdict: Verdict) -> None:
        """It is over: the page as it is kept."""
        if self._page:
            self._verdict, self._judge_at_us = verdict, 1 << 62
            self._show(self._page, result, live=False)

    def _show(self, page: LivePage, result: LoadResult, *, live: bool) -> None:
        from kampyn_perf.report.html import load_page
        from kampyn_perf.report.load import Format, export

        page.show(
            lambda: load_page(result, self._judged(result), live=live),
            lambda: export(result, Format.OPENMETRICS, verdict=self._judged(result)),
        )

    def _judged(self, result: LoadResult) -> Verdict | None:
        from kampyn_perf.slo.judging import judge_so_far

        began_us = now_us()
        if began_us >= self._judge_at_us:
            self._verdict = judge_so_far(result, self._slo)
            self._judge_at_us = now_us() + _TIMES_ITS_COST * (now_us() - began_us)
        return self._verdict
