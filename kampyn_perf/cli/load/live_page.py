"""Shows a run's page while it goes on: an observer over `report.serving`."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from kampyn_perf import load
from kampyn_perf.cli.load.standing import Looking

if TYPE_CHECKING:
    from kampyn_perf.report.serving import LivePage
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict


def opened(port: int | None, looking: Looking) -> ShowingPage:
    """The page of the run, served on that port; None: nowhere.

    `looking` knows how the objectives stand. Raises KampynError where the port is taken.
    """
    if port is None:
        return ShowingPage(None, looking)
    from kampyn_perf.report.serving import LivePage

    return ShowingPage(LivePage(port), looking)


class ShowingPage(load.Unobserved):
    """A context manager around a run; its server ends with it."""

    def __init__(self, page: LivePage | None, looking: Looking) -> None:
        self._page = page
        self._looking = looking
        self.url = page.url if page else ""

    def __enter__(self) -> ShowingPage:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._page:
            self._page.close()

    def interval(self, progress: load.Progress) -> None:
        """More was measured; made into a result only if somebody looks."""
        if self._page and self._page.wanted:
            self._show(self._page, progress.result(), self._looking.verdict, live=True)

    def ended(self, result: LoadResult, verdict: Verdict) -> None:
        """It is over: the page as it is kept."""
        if self._page:
            self._show(self._page, result, verdict, live=False)

    def _show(
        self, page: LivePage, result: LoadResult, verdict: Verdict | None, *, live: bool
    ) -> None:
        from kampyn_perf.report.html import load_page
        from kampyn_perf.report.load import Format, export

        page.show(
            lambda: load_page(result, verdict, live=live),
            lambda: export(result, Format.OPENMETRICS, verdict=verdict),
        )
