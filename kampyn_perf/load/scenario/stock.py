"""Locust's own HttpSession (requests), for targets that the lean client does not serve: proxies.

It reports to the same observer, keeps to the same limit of time, and goes to no host that the lean
client would not go to. requests finds the proxy in the environment by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

from gevent import GreenletExit
from gevent.timeout import Timeout as GeventTimeout
from locust.clients import HttpSession, ResponseContextManager
from locust.exception import ResponseError
from requests import exceptions

from kampyn_perf.load.client import CheckError, RequestObserver, RequestSample, Timeouts
from kampyn_perf.load.client.caught import is_fault
from kampyn_perf.load.client.explain import failure_text
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.hosts import check_host
from kampyn_perf.load.scenario.fired import listeners_of
from kampyn_perf.outcomes import ErrorKind, kind_of_status


class StockClient(HttpSession):  # type: ignore[misc]
    """`self.client` of a virtual user, with Locust's own implementation."""

    def __init__(
        self,
        *,
        user: Any,
        base_url: str,
        timeouts: Timeouts,
        allowed_hosts: Collection[str] = (),
        observer: RequestObserver | None = None,
        pool_manager: Any = None,
    ) -> None:
        """`observer` is the user itself, unless told otherwise."""
        self._observer: RequestObserver = observer or user
        event = _ObservedEvent(self._observer, user.environment)
        super().__init__(base_url, event, user, pool_manager=pool_manager)
        self._timeouts = timeouts
        self._allowed = {host.lower() for host in allowed_hosts}

    def request(
        self, method: str, url: str, name: str | None = None, *args: Any, **options: Any
    ) -> Any:
        """As in Locust. Raises KampynError for a host that was not allowed."""
        sent_us = now_us()
        try:
            response = super().request(method, url, name, *args, **options)
        except GreenletExit:
            self._observer.request_cut(method, name or self.request_name or url, sent_us)
            raise
        if options.get("catch_response"):
            response.__class__ = _CaughtResponse
        return response

    def get_redirect_target(self, resp: Any) -> str | None:
        """Only to the same host, or to one that was allowed by name."""
        target: str | None = super().get_redirect_target(resp)
        if not target:
            return None
        before = urlsplit(resp.url).hostname
        host = urlsplit(urljoin(resp.url, target)).hostname
        return target if host == before or host in self._allowed else None

    def _build_url(self, path: str) -> str:
        url: str = super()._build_url(path)
        check_host(url, self._allowed)
        return url

    def _send_request_safe_mode(self, method: str, url: str, **options: Any) -> Any:
        sent_us = now_us()
        limits = self._timeouts
        options.setdefault("timeout", (limits.connect_us / 1e6, limits.read_us / 1e6))
        own = GeventTimeout(limits.total_us / 1e6)
        try:
            with own:
                response = super()._send_request_safe_mode(method, url, **options)
        except GeventTimeout as timeout:
            if timeout is not own:  # the scenario's, around this request
                raise
            late = exceptions.ReadTimeout("the whole request took too long")
            response = ResponseContextManager(late)
        response.sent_us = sent_us
        return response


class _CaughtResponse(ResponseContextManager):  # type: ignore[misc]
    """A caught response whose request counts even when its with-block breaks."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> Any:
        judged = error is None or isinstance(error, ResponseError)
        if judged or self._manual_result is not None:
            return super().__exit__(kind, error, traceback)
        if is_fault(error):
            self.failure(CheckError(repr(error)))
        super().__exit__(None, None, None)
        return False


class _ObservedEvent:
    """Stands for Locust's request event: tells the observer, then fires the real one."""

    def __init__(self, observer: RequestObserver, environment: Any) -> None:
        self._observer = observer
        self._environment = environment

    def fire(self, **meta: Any) -> None:
        response, error = meta["response"], meta["exception"]
        status = int(getattr(response, "status_code", 0) or 0)
        self._observer.request_done(
            RequestSample(
                method=meta["request_type"],
                name=meta["name"],
                sent_us=response.sent_us,
                end_us=response.sent_us + round(meta["response_time"] * 1000),
                status=status,
                error=_kind(error, status),
                received=int(meta["response_length"] or 0),
                sent=0,
                explain=None if error is None else partial(failure_text, error, response),
            )
        )
        listeners_of(self._environment.events.request).fire(**meta)


def _kind(error: BaseException | None, status: int) -> ErrorKind | None:
    """What Locust reports as exception, as one of our kinds."""
    if error is None:
        return None
    if status:
        return kind_of_status(status) or ErrorKind.CONTENT
    words = f"{error} {error.__cause__} {error.__context__}"
    if isinstance(error, exceptions.Timeout) or "timed out" in words:
        return ErrorKind.TIMEOUT
    broken = (BrokenPipeError, ConnectionResetError, exceptions.ChunkedEncodingError)
    if isinstance(error, broken) or "abort" in words:
        return ErrorKind.RESET
    if isinstance(error, OSError):
        return ErrorKind.CONNECT
    return ErrorKind.PROTOCOL
