"""Locust's own FastHttpSession, for targets that the lean client does not serve (proxies).

It reports to the same observer. Redirects are not followed: the stock client would follow them to
any host.
"""

from __future__ import annotations

from typing import Any

from gevent.timeout import Timeout as GeventTimeout
from locust.contrib.fasthttp import FastHttpSession

from kampyn_perf.load.clock import now_us
from kampyn_perf.load.http import Timeouts
from kampyn_perf.outcomes import ErrorKind, kind_of_status


class StockClient(FastHttpSession):  # type: ignore[misc]
    """`self.client` of a virtual user, with Locust's own implementation."""

    def __init__(self, *, user: Any, base_url: str, timeouts: Timeouts) -> None:
        self._reported_us = 0
        super().__init__(
            base_url,
            _ObservedEvent(self, user),
            user,
            insecure=False,
            max_redirects=0,
            max_retries=0,
            connection_timeout=timeouts.connect_us / 1e6,
            network_timeout=timeouts.total_us / 1e6,
        )
        self.client.redirect_response_codes = frozenset()
        self.sent_us = 0

    def request(self, *args: Any, **options: Any) -> Any:
        """As in Locust; the moment of sending is noted first."""
        self.sent_us = now_us()
        return super().request(*args, **options)


class _ObservedEvent:
    """Stands for Locust's request event: tells the observer, then fires the real one."""

    def __init__(self, client: StockClient, user: Any) -> None:
        self._client = client
        self._user = user

    def fire(self, **meta: Any) -> None:
        response, error = meta["response"], meta["exception"]
        status = int(getattr(response, "status_code", 0) or 0)
        sent_us = self._client.sent_us
        self._user.request_done(
            meta["request_type"],
            meta["name"],
            sent_us,
            sent_us + round(meta["response_time"] * 1000),
            status,
            _kind(error, status),
            int(meta["response_length"] or 0),
            0,
        )
        self._user.environment.events.request.fire(**meta)


def _kind(error: BaseException | None, status: int) -> ErrorKind | None:
    if error is None:
        return None
    if status:
        return kind_of_status(status) or ErrorKind.CONTENT
    if isinstance(error, TimeoutError | GeventTimeout):
        return ErrorKind.TIMEOUT
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return ErrorKind.RESET
    return ErrorKind.CONNECT if isinstance(error, OSError) else ErrorKind.PROTOCOL
