"""Getting one request answered: cookies, connection, safe retry, redirects. Microseconds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mypy_extensions import mypyc_attr

from kampyn_perf.load.client.connection import Connection
from kampyn_perf.load.client.cookies import CookieJar
from kampyn_perf.load.client.errors import (
    ConnectionLostError,
    HttpError,
    ProtocolError,
    RequestRefusedError,
    StatusError,
)
from kampyn_perf.load.client.urls import REDIRECTS
from kampyn_perf.load.clock import now_us

if TYPE_CHECKING:
    from kampyn_perf.load.client.api import Timeouts
    from kampyn_perf.load.client.requests import Prepared, RequestFactory
    from kampyn_perf.load.client.response import Response


@mypyc_attr(allow_interpreted_subclasses=True)
class Sender:
    """Sends for one user: its cookies, on the pool of all."""

    __slots__ = ("_factory", "_max_redirects", "cookies")

    def __init__(self, *, factory: RequestFactory, max_redirects: int) -> None:
        self._factory = factory
        self._max_redirects = max_redirects
        self.cookies = CookieJar()

    def ask_through(self, factory: RequestFactory) -> None:
        """Redirects are made by another factory from now on."""
        self._factory = factory

    def perform(
        self, response: Response, timeouts: Timeouts, extra: bytes, follow: bool, keep_body: bool
    ) -> None:
        """Send, follow redirects, and put the outcome into `response`. Raises no HttpError."""
        hops = 0
        try:
            while True:
                self._send(response, timeouts, extra, keep_body)
                status = response.status_code
                if status < 300:
                    return
                if status >= 400:
                    response.error = StatusError(status, response.url)
                    return
                if not follow or status not in REDIRECTS or not self._redirect(response):
                    return
                hops += 1
                if hops > self._max_redirects:
                    raise ProtocolError(f"more than {self._max_redirects} redirects")
                extra = b""  # cookies given for one request are for its host
        except HttpError as error:
            response.error = error
            response.end_us = now_us()

    def _send(self, response: Response, timeouts: Timeouts, extra: bytes, keep_body: bool) -> None:
        """One request and its response, sent again if that is safe. Raises HttpError."""
        prepared = response.prepared
        origin = prepared.origin
        if self.cookies.kept:
            own = self.cookies.line(origin.host, prepared.target, origin.secure)
            extra = own if not extra else b"; ".join((own, extra)) if own else extra
        payload = prepared.payload(response.sent_body, extra)
        started = response.end_us or response.sent_us
        total = response.sent_us + timeouts.total_us
        connection = origin.take_idle(started)
        if connection is None:
            connection = origin.open(min(started + timeouts.connect_us, total))
            started = now_us()
        try:
            self._exchange(connection, response, payload, started, timeouts, keep_body)
        except ConnectionLostError:
            origin.wary |= connection.used
            if not _may_repeat(connection, prepared):
                raise
            origin.pool.retried += 1
            started = now_us()
            connection = origin.open(min(started + timeouts.connect_us, total))
            self._exchange(connection, response, payload, now_us(), timeouts, keep_body)
        parser = connection.parser
        response.take(parser)
        response.end_us = end = now_us()
        # Whether it may carry another request, now that the response is complete.
        if parser.keep_alive and not parser.surplus and not (origin.tls and connection.over):
            origin.give_back(connection, end)
        else:
            connection.close()
        if parser.has_cookies:
            self._store_cookies(prepared, response)

    @staticmethod
    def _exchange(
        connection: Connection,
        response: Response,
        payload: bytes,
        started: int,
        timeouts: Timeouts,
        keep_body: bool,
    ) -> None:
        """Run one exchange on `connection`, which is closed if anything at all goes wrong."""
        prepared = response.prepared
        read_us = timeouts.read_us
        total = response.sent_us + timeouts.total_us
        deadline = started + read_us
        if deadline > total:  # noqa: PLR1730 (a call of min costs ten times as much)
            deadline = total
        connection.parser.start(prepared.method.head_request, keep_body)
        response.wire_out += len(payload)
        try:
            if prepared.headers.expects and response.sent_body:
                cut = len(payload) - len(response.sent_body)
                connection.exchange_expecting(
                    payload[:cut], payload[cut:], deadline, read_us, total
                )
            else:
                connection.exchange(payload, deadline, read_us, total)
        except BaseException:
            response.wire_in += connection.parser.received
            connection.close()
            raise
        finally:
            response.wire_out -= connection.unsent

    def _store_cookies(self, prepared: Prepared, response: Response) -> None:
        self.cookies.store(
            response.raw_cookies(),
            host=prepared.origin.host,
            path=prepared.path,
            secure=prepared.origin.secure,
            now=time.time(),
        )

    def _redirect(self, response: Response) -> bool:
        """Turn `response` to where it points; False if it is not to be followed."""
        location = response.headers.get("location")
        if not location:
            return False
        try:
            hop = self._factory.redirect(response.prepared, response.status_code, location)
        except RequestRefusedError as error:
            raise ProtocolError(f"redirected to what cannot be asked: {error}") from error
        if hop is None:
            return False
        response.redirect(hop.prepared, keeps_body=hop.keeps_body)
        return True


def _may_repeat(connection: Connection, prepared: Prepared) -> bool:
    """Whether a request that broke may be sent again: only on a connection that had sat idle, and
    only if it was certainly not processed, or repeating it does no harm and no answer had begun."""
    if not connection.used or prepared.headers.expects:
        return False
    return not connection.sent_any or (
        prepared.method.idempotent and not connection.parser.received
    )
