"""`self.client` of a user: Locust's own methods, on the shared pool. Microseconds and bytes.

One call is one sample, redirects and a safe retry included. The observer gets every sample; the
`request` event of Locust is fired only if somebody listens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Unpack

from gevent import GreenletExit

from kampyn_perf.load.client.api import Options, RequestObserver, Timeouts
from kampyn_perf.load.client.bodies import JSON, encode_data, encode_files
from kampyn_perf.load.client.caught import CaughtResponse, ReportedAs
from kampyn_perf.load.client.connection_pool import ConnectionPool
from kampyn_perf.load.client.cookies import CookieJar
from kampyn_perf.load.client.counted import CountedRequests
from kampyn_perf.load.client.requests import Prepared, RequestFactory, told_apart
from kampyn_perf.load.client.response import Response
from kampyn_perf.load.client.sender import Sender
from kampyn_perf.load.client.urls import with_params
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.json_text import encode_json


class Client(CountedRequests):
    """One virtual user's HTTP: cookies of its own, connections shared with the others.

    `base_url` may carry user and password. `headers` are sent with every request. `context` gives
    the user's context for the request event. Raises HostNotAllowedError for a forbidden base.
    """

    response_class: type[Response] = Response
    caught_class: type[CaughtResponse] = CaughtResponse
    sender_class: type[Sender] = Sender
    encode_json: Callable[[Any], bytes] = staticmethod(encode_json)

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
        self.factory = RequestFactory.shared(base_url=base_url, pool=pool, headers=headers)
        """Makes the requests; users of one pool share it."""
        super().__init__(
            sender=self.sender_class(factory=self.factory, max_redirects=int(max_redirects)),
            observer=observer,
            request_event=request_event,
            context=context,
            timeouts=timeouts or Timeouts(),
        )
        self.request_name: str | None = None
        self.headers: Any = {}
        """Sent with every request of this user, under those that the request itself is given."""
        self._own_headers = headers
        self._given_base = base_url
        self._known = self.factory.known

    def __getstate__(self) -> Any:
        """For `copy`: compiled, what it stands on knows of its own attributes alone."""
        state: Any = super().__getstate__()
        return {**state, **vars(self)}

    @property
    def base_url(self) -> str:
        """Where paths are appended to; without credentials."""
        return self.factory.base_url

    def aim(self, *, base_url: str | None = None, pool: ConnectionPool | None = None) -> None:
        """From now on ask another base, or over other connections. Raises HostNotAllowedError."""
        pool = pool or self.pool
        base = self._given_base if base_url is None else base_url
        factory = RequestFactory.shared(base_url=base, pool=pool, headers=self._own_headers)
        self.pool, self._given_base = pool, base
        self.factory, self._known = factory, factory.known
        self._sender.ask_through(factory)

    @property
    def cookies(self) -> Any:
        """This user's; names and values may be put in their place."""
        return self._sender.cookies

    @cookies.setter
    def cookies(self, given: Any) -> None:
        jar = given
        if not isinstance(given, CookieJar):
            jar = CookieJar()
            jar.update(given)
        self._sender.cookies = jar

    @property
    def cookiejar(self) -> CookieJar:
        """The cookies, under the name that they have in FastHttpSession."""
        return self._sender.cookies

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
        method = method.upper()
        body: bytes | None = None
        content_type = ""
        if files:
            body, content_type = encode_files(files, data)
        elif data:
            body, content_type = encode_data(data)
        elif json is not None:
            body, content_type = self.encode_json(json), JSON
        full_url = with_params(url, params) if params else url
        if self.headers:
            headers = {**self.headers, **(headers or {})}
        key: Any = (method, full_url, content_type)
        if headers or auth:
            key = (*key, *told_apart(headers, auth))
        prepared = self._known.get(key) or self.factory.make(
            method, full_url, content_type=content_type, headers=headers, auth=auth, key=key
        )
        kind = self.caught_class if catch_response else self.response_class
        response = kind(prepared, body, now_us())
        sample_name = str(name or self.request_name or self.usual_name(url, prepared))
        try:
            self._sender.perform(
                response,
                self._timeouts_of(timeout),
                _cookie_line(cookies) if cookies else b"",
                bool(allow_redirects),
                not discard_body,
            )
        except GreenletExit:
            if self.observer is not None:
                self.observer.request_cut(method, sample_name, response.sent_us)
            raise
        if isinstance(response, CaughtResponse):
            response.report_with(self.report_judged, ReportedAs(method, sample_name, url, context))
        else:
            self._report(response, method, sample_name, context)
        return response

    def usual_name(self, url: str, prepared: Prepared) -> str:  # noqa: ARG002 (for others)
        """What a request is called that was given no name."""
        return url

    def _timeouts_of(self, timeout: float | tuple[float, float] | None) -> Timeouts:
        if timeout is None:
            return self.timeouts
        return Timeouts.of(timeout, total_us=self.timeouts.total_us)

    @contextmanager
    def rename_request(self, name: str) -> Iterator[None]:
        """Group the requests of a with-block under one name."""
        self.request_name = name
        try:
            yield
        finally:
            self.request_name = None


def _cookie_line(cookies: Mapping[str, str]) -> bytes:
    jar = CookieJar()
    for name, value in cookies.items():
        jar.set(name, str(value))
    return jar.line("", "/", True, 0.0)
