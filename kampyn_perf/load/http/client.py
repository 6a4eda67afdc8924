"""`self.client` of a user: Locust's own methods, on the shared pool. Microseconds and bytes.

One call is one sample, redirects and a safe retry included. The observer gets every sample; the
`request` event of Locust is fired only if somebody listens.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypedDict, Unpack

from kampyn_perf.load.http.bodies import JSON, encode_data, encode_files, encode_json
from kampyn_perf.load.http.connection import Connection, now_us
from kampyn_perf.load.http.cookies import CookieJar
from kampyn_perf.load.http.errors import (
    ConnectionLostError,
    HttpError,
    ProtocolError,
    RequestRefusedError,
    StatusError,
)
from kampyn_perf.load.http.pool import ConnectionPool
from kampyn_perf.load.http.requests import Prepared, RequestFactory
from kampyn_perf.load.http.response import CaughtResponse, Response
from kampyn_perf.load.http.urls import REDIRECTS, with_params
from kampyn_perf.outcomes import ErrorKind


class RequestObserver(Protocol):
    """Who counts the samples. Called once for each finished request; must not block or raise."""

    def request_done(
        self,
        method: str,
        name: str,
        sent_us: int,
        end_us: int,
        status: int,
        kind: ErrorKind | None,
        received: int,
        sent: int,
        /,
    ) -> None:
        """`sent_us` and `end_us` are microseconds of time.perf_counter_ns; `status` is 0 without a
        response; `received` and `sent` are bytes of the wire."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits of one request."""

    connect_us: int = 10_000_000
    """To connect, TLS included."""
    read_us: int = 60_000_000
    """Between two arrivals of bytes."""
    total_us: int = 120_000_000
    """For all of it, redirects included."""

    @classmethod
    def of(cls, value: float | tuple[float, float]) -> Timeouts:
        """Of what scenario authors write: seconds for all of it, or (connect, read) in seconds."""
        if isinstance(value, tuple):
            return cls(connect_us=int(value[0] * 1e6), read_us=int(value[1] * 1e6))
        limit = int(value * 1e6)
        return cls(connect_us=limit, read_us=limit, total_us=limit)


class Options(TypedDict, total=False):
    """What every method takes beside the URL."""

    name: str | None
    data: Any
    json: Any
    params: Any
    headers: Mapping[str, str] | None
    cookies: Mapping[str, str] | None
    files: Any
    auth: tuple[str | bytes, str | bytes] | None
    timeout: float | tuple[float, float] | None
    allow_redirects: bool
    catch_response: bool
    context: Mapping[str, Any] | None
    discard_body: bool
    stream: bool


class Client:
    """One virtual user's HTTP: cookies of its own, connections shared with the others.

    `base_url` may carry user and password. `headers` are sent with every request. `context` gives
    the user's context for the request event. Raises HostNotAllowedError for a forbidden base.
    """

    def __init__(
        self,
        *,
        base_url: str,
        pool: ConnectionPool,
        observer: RequestObserver | None = None,
        request_event: Any = None,
        context: Callable[[], Mapping[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        timeouts: Timeouts | None = None,
        max_redirects: int = 20,
    ) -> None:
        self.pool = pool
        self.observer = observer
        self.request_event = request_event
        self.cookies = CookieJar()
        self.timeouts = timeouts or Timeouts()
        self.max_redirects = max_redirects
        self.request_name: str | None = None
        self._context = context
        self._factory = RequestFactory.shared(base_url=base_url, pool=pool, headers=headers)
        self._known = self._factory.known

    @property
    def base_url(self) -> str:
        """Where paths are appended to; without credentials."""
        return self._factory.base_url

    def get(self, url: str, **options: Unpack[Options]) -> Response:
        """GET."""
        return self.request("GET", url, **options)

    def head(self, url: str, **options: Unpack[Options]) -> Response:
        """HEAD. Redirects are followed, as in Locust."""
        return self.request("HEAD", url, **options)

    def options(self, url: str, **options: Unpack[Options]) -> Response:
        """OPTIONS."""
        return self.request("OPTIONS", url, **options)

    def delete(self, url: str, **options: Unpack[Options]) -> Response:
        """DELETE."""
        return self.request("DELETE", url, **options)

    def post(self, url: str, data: Any = None, json: Any = None, **options: Any) -> Response:
        """POST."""
        return self.request("POST", url, data=data, json=json, **options)

    def put(self, url: str, data: Any = None, **options: Any) -> Response:
        """PUT."""
        return self.request("PUT", url, data=data, **options)

    def patch(self, url: str, data: Any = None, **options: Any) -> Response:
        """PATCH."""
        return self.request("PATCH", url, data=data, **options)

    def request(  # noqa: PLR0913, PLR0917 - Locust's own signature
        self,
        method: str,
        url: str,
        name: str | None = None,
        data: Any = None,
        catch_response: bool = False,
        stream: bool = False,  # noqa: ARG002 - accepted; the body is read whole and its time counts
        headers: Mapping[str, str] | None = None,
        auth: tuple[str | bytes, str | bytes] | None = None,
        json: Any = None,
        allow_redirects: bool = True,
        context: Mapping[str, Any] | None = None,
        *,
        params: Any = None,
        cookies: Mapping[str, str] | None = None,
        files: Any = None,
        timeout: float | tuple[float, float] | None = None,
        discard_body: bool = False,
    ) -> Response:
        """Send a request and return its response; a failed one is returned too, with `error` set.

        `name` groups samples (the URL as given, otherwise). `timeout` is in seconds. With
        `catch_response` the response is judged in a with-block. With `discard_body` the body is
        counted and thrown away. Raises RequestRefusedError where the request itself is at fault.
        """
        body: bytes | None = None
        content_type = ""
        if files:
            body, content_type = encode_files(files, data)
        elif data:
            body, content_type = encode_data(data)
        elif json is not None:
            body, content_type = encode_json(json), JSON
        full_url = with_params(url, params) if params else url
        key: Any = (method, full_url, content_type)
        if headers is not None or auth is not None:
            key = (*key, auth, tuple(headers.items()) if headers else None)
        prepared = self._known.get(key) or self._factory.make(
            method, full_url, content_type=content_type, headers=headers, auth=auth, key=key
        )
        response = (CaughtResponse if catch_response else Response)(prepared, body, now_us())
        self._perform(
            response,
            follow=allow_redirects,
            timeouts=self.timeouts if timeout is None else Timeouts.of(timeout),
            extra=_cookie_line(cookies) if cookies else b"",
            keep_body=not discard_body,
        )
        sample_name = name or self.request_name or url
        if isinstance(response, CaughtResponse):
            response.report_with(lambda judged: self._report(judged, method, sample_name, context))
        else:
            self._report(response, method, sample_name, context)
        return response

    @contextmanager
    def rename_request(self, name: str) -> Iterator[None]:
        """Group the requests of a with-block under one name."""
        self.request_name = name
        try:
            yield
        finally:
            self.request_name = None

    def _perform(
        self,
        response: Response,
        *,
        follow: bool,
        timeouts: Timeouts,
        extra: bytes,
        keep_body: bool,
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
                if hops > self.max_redirects:
                    raise ProtocolError(f"more than {self.max_redirects} redirects")
                extra = b""
        except HttpError as error:
            response.error = error
            response.end_us = now_us()

    def _send(self, response: Response, timeouts: Timeouts, extra: bytes, keep_body: bool) -> None:
        """One request and its response, sent again if that is safe. Raises HttpError."""
        prepared = response.prepared
        if self.cookies:
            own = self.cookies.line(prepared.url.host, prepared.path, prepared.secure, time.time())
            extra = b"; ".join(line for line in (own, extra) if line)
        payload = prepared.payload(response.sent_body, extra)
        total = response.sent_us + timeouts.total_us
        origin = prepared.origin
        connection = origin.take(
            careful=not prepared.idempotent,
            deadline=min(now_us() + timeouts.connect_us, total),
        )
        response.wire_out += len(payload)
        try:
            self._exchange(connection, response, payload, timeouts, keep_body)
        except ConnectionLostError:
            if not _may_repeat(connection, prepared):
                raise
            self.pool.retried += 1
            connection = origin.open(min(now_us() + timeouts.connect_us, total))
            self._exchange(connection, response, payload, timeouts, keep_body)
        parser = connection.parser
        response.take(parser)
        response.end_us = end = now_us()
        if parser.reusable:
            origin.give_back(connection, end)
        else:
            connection.close()
        if parser.has_cookies:
            self.cookies.store(
                [value for name, value in parser.headers if name.lower() == b"set-cookie"],
                host=prepared.url.host,
                path=prepared.path,
                secure=prepared.secure,
                now=time.time(),
            )

    @staticmethod
    def _exchange(
        connection: Connection,
        response: Response,
        payload: bytes,
        timeouts: Timeouts,
        keep_body: bool,
    ) -> None:
        """Run one exchange on `connection`, which is closed if anything at all goes wrong."""
        prepared = response.prepared
        total = response.sent_us + timeouts.total_us
        connection.parser.start(head_request=prepared.head_request, keep_body=keep_body)
        deadline = min(now_us() + timeouts.read_us, total)
        try:
            if prepared.expects and response.sent_body:
                cut = len(payload) - len(response.sent_body)
                connection.exchange_expecting(
                    payload[:cut], payload[cut:], deadline, timeouts.read_us, total
                )
            else:
                connection.exchange(payload, deadline, timeouts.read_us, total)
        except BaseException:
            response.wire_in += connection.parser.received
            connection.close()
            raise

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

    def _report(
        self,
        response: Response,
        method: str,
        name: str,
        context: Mapping[str, Any] | None,
    ) -> None:
        """Tell the observer, and Locust's listeners if there are any."""
        error = response.error
        if self.observer is not None:
            self.observer.request_done(
                method,
                name,
                response.sent_us,
                response.end_us,
                response.status_code,
                None if error is None else error.kind,
                response.wire_in,
                response.wire_out,
            )
        event = self.request_event
        if event is not None and event._handlers:
            elapsed_us = response.end_us - response.sent_us
            own = self._context() if self._context is not None else {}
            event.fire(
                request_type=method,
                name=name,
                context={**own, **context} if context else own,
                response=response,
                exception=error,
                start_time=time.time() - (now_us() - response.sent_us) / 1e6,
                url=response.first_url,
                response_length=response.size,
                response_time=elapsed_us / 1000,
            )


def _may_repeat(connection: Connection, prepared: Prepared) -> bool:
    """Whether a request that broke may be sent again: only on a connection that had sat idle, and
    only if it was certainly not processed, or repeating it does no harm and no answer had begun."""
    if not connection.used or prepared.expects:
        return False
    return not connection.sent_any or (prepared.idempotent and not connection.parser.received)


def _cookie_line(cookies: Mapping[str, str]) -> bytes:
    jar = CookieJar()
    for name, value in cookies.items():
        jar.set(name, str(value))
    return jar.line("", "/", True, 0.0)
