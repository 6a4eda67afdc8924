"""Requests made ready to send: everything that does not change between two equal requests is
computed once and kept, so that repeating a request costs a lookup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kampyn_perf.load.http.bodies import ACCEPT_ENCODING, JSON
from kampyn_perf.load.http.pool import ConnectionPool, Origin
from kampyn_perf.load.http.urls import (
    Url,
    basic_auth,
    build_head,
    header_value,
    is_loopback,
    join,
    parse_url,
    redirected_method,
    redirected_url,
)

_IDEMPOTENT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
_BODIES = frozenset({"POST", "PUT", "PATCH"})
_MAX_KNOWN = 4096
_PRIVATE = frozenset({"authorization", "cookie", "proxy-authorization"})
_OF_THE_BODY = frozenset({"content-type", "content-encoding", "content-language", "content-length"})


class Prepared:
    """One request but for its cookies and body."""

    __slots__ = (
        "bare", "cookie_header", "expects", "head", "head_request", "headers", "host", "idempotent",
        "method", "origin", "path", "secure", "text", "url",
    )  # fmt: skip

    def __init__(self, method: str, url: Url, headers: dict[str, str], origin: Origin) -> None:
        names = {name.lower(): name for name in headers}
        cookie = names.get("cookie")
        self.cookie_header = header_value("Cookie", headers[cookie]) if cookie else b""
        self.head = build_head(
            method, url, {k: v for k, v in headers.items() if k.lower() != "cookie"}
        )
        self.bare = self.head + (b"Content-Length: 0\r\n\r\n" if method in _BODIES else b"\r\n")
        self.method = method
        self.url = url
        self.text = str(url)
        self.headers = headers
        self.origin = origin
        self.host = url.host
        self.path = url.path
        # Browsers treat this machine as secure, and a Secure cookie of a local backend must work.
        self.secure = url.scheme == "https" or is_loopback(url.host)
        self.head_request = method == "HEAD"
        self.idempotent = method in _IDEMPOTENT
        self.expects = headers.get(names.get("expect", ""), "").lower() == "100-continue"

    def payload(self, body: bytes | None, cookies: bytes) -> bytes:
        """What goes over the wire."""
        if self.cookie_header:
            cookies = self.cookie_header + (b"; " + cookies if cookies else b"")
        if body is None:
            if not cookies:
                return self.bare
            ending = self.bare[len(self.head) :]
            return b"%sCookie: %s\r\n%s" % (self.head, cookies, ending)
        if cookies:
            return b"%sCookie: %s\r\nContent-Length: %d\r\n\r\n%s" % (
                self.head, cookies, len(body), body,
            )  # fmt: skip
        return b"%sContent-Length: %d\r\n\r\n%s" % (self.head, len(body), body)


class RequestFactory:
    """Makes and remembers requests for one base URL and one set of default headers."""

    def __init__(
        self, *, base_url: str, pool: ConnectionPool, headers: Mapping[str, str] | None = None
    ) -> None:
        self._pool = pool
        self.base = parse_url(base_url)
        credentials = self.base.auth
        self.base_url = f"{self.base.scheme}://{self.base.authority}{_prefix(base_url)}"
        self._auth = basic_auth(*credentials) if credentials else ""
        self._defaults = {"User-Agent": "kampyn-perf", "Accept-Encoding": ACCEPT_ENCODING}
        for name, value in (headers or {}).items():
            self._put(self._defaults, name, value)
        self.known: dict[Any, Prepared] = {}
        pool.origin(self.base)  # not allowed: better said now than at the first request

    @classmethod
    def shared(
        cls, *, base_url: str, pool: ConnectionPool, headers: Mapping[str, str] | None
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
        headers: Mapping[str, str] | None,
        auth: tuple[str | bytes, str | bytes] | None,
        key: Any,
    ) -> Prepared:
        """The request, remembered under `key`. Raises RequestRefusedError, HostNotAllowedError."""
        parsed = parse_url(join(self.base_url, url))
        merged = dict(self._defaults)
        if content_type:
            merged["Content-Type"] = content_type
        if content_type == JSON:
            merged["Accept"] = JSON
        if self._auth and parsed.origin == self.base.origin:
            merged["Authorization"] = self._auth
        for name, value in (headers or {}).items():
            self._put(merged, name, value)
        credentials = auth or parsed.auth
        if credentials:
            self._put(merged, "Authorization", basic_auth(*credentials))
        prepared = Prepared(method, parsed, merged, self._pool.origin(parsed))
        if len(self.known) >= _MAX_KNOWN:
            self.known.clear()
        self.known[key] = prepared
        return prepared

    def redirect(self, prepared: Prepared, status: int, location: str) -> Hop | None:
        """The request that follows a redirect; None where it is not to be followed.

        Followed: the same host (any port, either scheme), and hosts that were allowed by name.
        Loopback is not allowed by default here: a remote server has no say over this machine.
        """
        url = parse_url(redirected_url(prepared.text, location))
        if url.host != prepared.url.host and url.host not in self._pool.allowed_hosts:
            return None
        method = redirected_method(status, prepared.method)
        drop: frozenset[str] = frozenset({"host"})
        if method != prepared.method:
            drop |= _OF_THE_BODY
        if url.origin != prepared.url.origin:
            drop |= _PRIVATE
        headers = {k: v for k, v in prepared.headers.items() if k.lower() not in drop}
        again = Prepared(method, url, headers, self._pool.origin(url))
        return Hop(again, keeps_body=method == prepared.method)

    @staticmethod
    def _put(headers: dict[str, str], name: str, value: str | None) -> None:
        """Set a header whatever the case of its name; None takes a default away."""
        for present in [key for key in headers if key.lower() == name.lower()]:
            del headers[present]
        if value is not None:
            headers[name] = value


@dataclass(frozen=True, slots=True)
class Hop:
    """The next request of a redirect."""

    prepared: Prepared
    keeps_body: bool


def _prefix(base_url: str) -> str:
    """The path of a base URL, as Locust appends to it: literally."""
    rest = base_url.partition("://")[2]
    slash = rest.find("/")
    return "" if slash < 0 else rest[slash:].partition("#")[0]
