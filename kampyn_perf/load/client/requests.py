"""Requests made ready to send. What two requests share is computed once: the whole of equal ones,
and the header block of those that differ in the path alone, as those of real sessions do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mypy_extensions import mypyc_attr

from kampyn_perf.load.client.bodies import ACCEPT_ENCODING, JSON
from kampyn_perf.load.client.errors import RequestRefusedError
from kampyn_perf.load.client.urls import (
    ABSOLUTE,
    basic_auth,
    clean_target,
    header_block,
    header_value,
    method_token,
    parse_url,
    redirected_method,
    redirected_url,
)

if TYPE_CHECKING:
    from kampyn_perf.load.client.connection_pool import ConnectionPool, Origin

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
_BODIES = frozenset({"POST", "PUT", "PATCH"})
_MAX_KNOWN = 4096
_MAX_REMEMBERED_TARGET = 1024
"""Characters: what is longer will hardly come again, and thousands of them would fill memory."""
_PRIVATE = frozenset({"authorization", "cookie", "proxy-authorization"})
_OF_THE_BODY = frozenset({"content-type", "content-encoding", "content-language", "content-length"})


class RequestHeaders:
    """The headers of a request to one origin: as a block of bytes, but for cookies and length."""

    __slots__ = ("block", "cookies", "expects", "pairs")

    def __init__(self, pairs: dict[str, Any], authority: str) -> None:
        names = {name.lower(): name for name in pairs}
        cookie = names.get("cookie")
        self.pairs = pairs
        self.cookies = header_value("Cookie", pairs[cookie]) if cookie else b""
        self.expects = pairs.get(names.get("expect", ""), "").lower() == "100-continue"
        self.block = header_block(pairs, authority)


class Method:
    """What follows from a request's method."""

    __slots__ = ("empty", "head_request", "idempotent", "line", "name")

    def __init__(self, name: str) -> None:
        self.name = name
        self.line = method_token(name) + b" "
        self.head_request = name == "HEAD"
        self.idempotent = name in _IDEMPOTENT
        self.empty = b"Content-Length: 0\r\n\r\n" if name in _BODIES else b"\r\n"
        """What ends the head when there is no body."""


@mypyc_attr(allow_interpreted_subclasses=True)
class Prepared:
    """One request but for its cookies and body."""

    __slots__ = ("given", "head", "headers", "method", "origin", "target")

    def __init__(
        self, method: Method, origin: Origin, target: str, headers: RequestHeaders, given: str = ""
    ) -> None:
        self.method = method
        self.origin = origin
        self.target = target
        self.headers = headers
        self.given = given
        """The URL as the scenario gave it, where it came of a template."""
        self.head = b"%s%s HTTP/1.1\r\n%s" % (method.line, target.encode("ascii"), headers.block)

    @property
    def url(self) -> str:
        """The full URL."""
        return self.origin.base + self.target

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    def payload(self, body: bytes | None, cookies: bytes) -> bytes:
        """What goes over the wire."""
        own = self.headers.cookies
        if own:
            cookies = b"%s; %s" % (own, cookies) if cookies else own
        if body is None:
            if not cookies:
                return self.head + self.method.empty
            return b"%sCookie: %s\r\n%s" % (self.head, cookies, self.method.empty)
        if cookies:
            return b"%sCookie: %s\r\nContent-Length: %d\r\n\r\n%s" % (
                self.head, cookies, len(body), body,
            )  # fmt: skip
        return b"%sContent-Length: %d\r\n\r\n%s" % (self.head, len(body), body)


class RequestFactory:
    """Makes and remembers requests for one base URL and one set of default headers."""

    def __init__(
        self, *, base_url: str, pool: ConnectionPool, headers: Mapping[Any, Any] | None = None
    ) -> None:
        base = parse_url(base_url)
        self._pool = pool
        self.origin = pool.origin(base)  # not allowed: better said now than at the first request
        prefix = _prefix(base_url)
        self.prefix = clean_target(prefix) if prefix else ""
        self.base_url = self.origin.base + self.prefix
        self._auth = basic_auth(*base.auth) if base.auth else ""
        self._defaults: dict[str, Any] = {
            "User-Agent": "kampyn-perf",
            "Accept-Encoding": ACCEPT_ENCODING,
        }
        for name, value in (headers or {}).items():
            _put(self._defaults, name, value)
        self.known: dict[Any, Prepared] = {}
        self._blocks: dict[Any, RequestHeaders] = {}
        self._methods: dict[str, Method] = {}

    @classmethod
    def shared(
        cls, *, base_url: str, pool: ConnectionPool, headers: Mapping[Any, Any] | None
    ) -> RequestFactory:
        """The one factory of this pool for this base and these headers: users share it."""
        key = (base_url, tuple((headers or {}).items()))
        factory = pool.factories.get(key)
        if factory is None:
            factory = pool.factories[key] = cls(base_url=base_url, pool=pool, headers=headers)
        return factory

    def make(
        self,
        method: str,
        url: str,
        *,
        content_type: str,
        headers: Mapping[str, Any] | None,
        auth: Any,
        key: Any,
    ) -> Prepared:
        """The request, remembered under `key`. Raises RequestRefusedError, HostNotAllowedError."""
        origin = self.origin
        if ABSOLUTE.match(url):
            parsed = parse_url(url)
            origin, target, auth = self._pool.origin(parsed), parsed.target, auth or parsed.auth
        else:
            target = clean_target(self.prefix + url if url[:1] == "/" else f"{self.prefix}/{url}")
        # A URL may carry credentials of its own.
        block_key = (origin, content_type, *told_apart(headers, auth))
        block = self._blocks.get(block_key)
        if block is None:
            block = self.headers(origin, content_type=content_type, headers=headers, auth=auth)
            _remember(self._blocks, block_key, block)
        prepared = Prepared(self.method(method), origin, target, block)
        if len(target) <= _MAX_REMEMBERED_TARGET:
            _remember(self.known, key, prepared)
        return prepared

    def redirect(self, prepared: Prepared, status: int, location: str) -> Hop | None:
        """The request that follows a redirect; None where it is not to be followed.

        Followed: the same host (any port, either scheme), and hosts that were allowed by name.
        Loopback is not allowed by default here: a remote server has no say over this machine.
        """
        url = parse_url(redirected_url(prepared.url, location))
        if url.host != prepared.origin.host and url.host not in self._pool.allowed_hosts:
            return None
        origin = self._pool.origin(url)
        before = prepared.method.name
        method = redirected_method(status, before)
        drop: frozenset[str] = frozenset({"host"})
        if method != before:
            drop |= _OF_THE_BODY
        if origin is not prepared.origin:
            drop |= _PRIVATE
        pairs = {k: v for k, v in prepared.headers.pairs.items() if k.lower() not in drop}
        block = RequestHeaders(pairs, origin.authority)
        again = Prepared(self.method(method), origin, url.target, block)
        return Hop(again, keeps_body=method == before)

    def headers(
        self,
        origin: Origin,
        *,
        content_type: str,
        headers: Mapping[Any, Any] | None,
        auth: Any = None,
    ) -> RequestHeaders:
        """The headers of a request; the scenario's own win. Raises RequestRefusedError."""
        merged = dict(self._defaults)
        given = {name.lower() for name in merged}
        if content_type and "content-type" not in given:
            merged["Content-Type"] = content_type
        if content_type == JSON and "accept" not in given:
            merged["Accept"] = JSON
        if self._auth and origin is self.origin:
            merged["Authorization"] = self._auth
        for name, value in (headers or {}).items():
            _put(merged, name, value)
        if auth:
            _put(merged, "Authorization", basic_auth(*auth))
        return RequestHeaders(merged, origin.authority)

    def method(self, name: str) -> Method:
        """What follows from a method."""
        method = self._methods.get(name)
        if method is None:
            method = Method(name)
            _remember(self._methods, name, method)
        return method


@dataclass(frozen=True, slots=True)
class Hop:
    """The next request of a redirect."""

    prepared: Prepared
    keeps_body: bool


def told_apart(headers: Mapping[Any, Any] | None, auth: Any) -> tuple[Any, ...]:
    """What tells given headers from others. Values count by their form: 1 and True are equal, and
    not the same to send."""
    if not headers:
        return (repr(auth),)
    values = headers.values()
    return (repr(auth), *headers, *map(repr, values))


def _remember(store: dict[Any, Any], key: Any, value: Any) -> None:
    if len(store) >= _MAX_KNOWN:
        del store[next(iter(store))]  # one at a time: to drop all at once stops the loop for ms
    store[key] = value


def _put(headers: dict[str, Any], name: Any, value: Any) -> None:
    """Set a header whatever the case of its name; None takes a default away."""
    if not isinstance(name, str):
        raise RequestRefusedError(f"the name of a header is text, and not {type(name).__name__}")
    for present in [key for key in headers if key.lower() == name.lower()]:
        del headers[present]
    if value is not None:
        headers[name] = value


def _prefix(base_url: str) -> str:
    """The path of a base URL, to which the scenario's paths are appended."""
    rest = base_url.partition("://")[2].partition("#")[0].partition("?")[0]
    slash = rest.find("/")
    return "" if slash < 0 else rest[slash:].rstrip("/")
