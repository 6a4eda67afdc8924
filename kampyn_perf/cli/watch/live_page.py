"""Shows the page of a watch while it goes on, over `report.serving`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from kampyn_perf.alerts.watching import BackendWatch
from kampyn_perf.units import MICROSECONDS

if TYPE_CHECKING:
    from kampyn_perf.report.html import WatchedBackend
    from kampyn_perf.report.serving import LivePage


class WatchPage:
    """The page of a watch, brought up to date each second while somebody looks."""

    def __init__(
        self, port: int | None, watches: Sequence[BackendWatch], *, zero: datetime
    ) -> None:
        """On `port` of loopback; None: nowhere. Raises KampynError where the port is taken."""
        self._watches = watches
        self._started_at = zero.isoformat(timespec="seconds")
        self._next_us = 0
        self._page = _served(port)

    @property
    def url(self) -> str:
        """Where it is; empty: nowhere."""
        return self._page.url if self._page else ""

    def update(self, now_us: int) -> None:
        """As it stands now, where it is time to and somebody looks."""
        if self._page and now_us >= self._next_us and self._page.wanted:
            self._next_us = now_us + MICROSECONDS
            self._show(self._page, now_us, live=True)

    def close(self, now_us: int) -> None:
        """As it was at the end; the server ends."""
        if self._page:
            self._show(self._page, now_us, live=False)
            self._page.close()

    def _show(self, page: LivePage, now_us: int, *, live: bool) -> None:
        from kampyn_perf.report.html import watch_page

        watched = [_backend(watch) for watch in self._watches]
        started_at = self._started_at
        page.show(lambda: watch_page(watched, started_at=started_at, elapsed_us=now_us, live=live))


def _served(port: int | None) -> LivePage | None:
    if port is None:
        return None
    from kampyn_perf.report.serving import LivePage

    return LivePage(port)


def _backend(watch: BackendWatch) -> WatchedBackend:
    from kampyn_perf.report.html import WatchedBackend, WatchedRule

    measured = watch.measured()
    return WatchedBackend(
        url=watch.url,
        rules=[
            WatchedRule(
                record=alert.record(), limit=alert.rule.fires.limit, value=alert.reading.value
            )
            for alert in watch.engine.alerts.values()
        ],
        series=measured.series,
        unmeasured=measured.unmeasured,
        remarks=measured.watching.remarks,
    )
