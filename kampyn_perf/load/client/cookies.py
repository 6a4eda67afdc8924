"""One user's cookies, by RFC 6265: host, path, secure, expiry. Pure; times are seconds since 1970.

`http.cookiejar` does the same at several hundred microseconds a request. Here a request without
cookies costs one truth test, and the Cookie line of an origin and path is kept until something
changes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from http.cookiejar import http2time  # type: ignore[attr-defined]
from ipaddress import ip_address
from itertools import count

from kampyn_perf.load.client.errors import RequestRefusedError

_MAX_COOKIES = 300
_MAX_SIZE = 4096
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f;]")
_AGE = re.compile(r"-?\d{1,15}")
_LONG_AGO = 0.0


@dataclass(slots=True)
class Cookie:
    """One cookie and its scope."""

    name: str
    value: str
    domain: str
    """Lower case; empty: sent to every host (a cookie that the scenario set without a domain)."""
    host_only: bool
    path: str
    secure: bool
    expires: float | None
    """Seconds since 1970; None: lives as long as the user."""
    order: int = 0

    def goes_to(self, host: str, path: str, secure: bool) -> bool:
        """Whether a request for `path` of `host` carries it."""
        if self.secure and not secure:
            return False
        elsewhere = self.domain and host != self.domain
        if elsewhere and (self.host_only or not host.endswith("." + self.domain)):
            return False
        return path_matches(path, self.path)


class CookieJar:
    """The cookies of one user. False while empty."""

    __slots__ = ("_lines", "_next_expiry", "_only_root", "_order", "kept")

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str, str], Cookie] = {}
        """By domain, path and name."""
        self._lines: dict[tuple[str, str, bool], bytes] = {}
        self._next_expiry: float | None = None
        self._only_root = True
        self._order = count()

    def __bool__(self) -> bool:
        return bool(self.kept)

    def __len__(self) -> int:
        return len(self.kept)

    def __iter__(self) -> Iterator[Cookie]:
        return iter(list(self.kept.values()))

    def __contains__(self, name: str) -> bool:
        return any(cookie.name == name for cookie in self.kept.values())

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __setitem__(self, name: str, value: str) -> None:
        self.set(name, value)

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of the first cookie of that name."""
        return next((c.value for c in self.kept.values() if c.name == name), default)

    def set(self, name: str, value: str, *, domain: str = "", path: str = "/") -> None:
        """Set a cookie by hand; without a domain it goes to every host this user asks."""
        if not name or "=" in name or _UNSENDABLE.search(name + value):
            raise RequestRefusedError(f"a cookie cannot be named {name!r} or hold that value")
        self._put(Cookie(name, value, domain.lower().lstrip("."), False, path, False, None))

    def set_cookie(self, cookie: Cookie) -> None:
        """Take one that was read from here, with its scope."""
        self._put(cookie)

    def update(self, cookies: Mapping[str, str] | Iterable[Cookie]) -> None:
        """Set several: a mapping, or the cookies of another jar."""
        if isinstance(cookies, Mapping):
            for name, value in cookies.items():
                self.set(name, value)
        else:
            for cookie in cookies:
                self._put(replace(cookie))

    def get_dict(self) -> dict[str, str]:
        """Values by name; of cookies of one name the last."""
        return {cookie.name: cookie.value for cookie in self.kept.values()}

    def keys(self) -> list[str]:
        """The names."""
        return [cookie.name for cookie in self.kept.values()]

    def items(self) -> list[tuple[str, str]]:
        """Names and values."""
        return [(cookie.name, cookie.value) for cookie in self.kept.values()]

    def pop(self, name: str, default: str | None = None) -> str | None:
        """Forget the cookies of one name; the value of the first."""
        value = self.get(name, default)
        for key in [key for key, cookie in self.kept.items() if cookie.name == name]:
            del self.kept[key]
        self._changed()
        return value

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        self.pop(name)

    def clear(self) -> None:
        """Forget every cookie, as a user who deletes them all."""
        if self.kept:
            self.kept.clear()
            self._changed()

    def store(
        self, lines: Iterable[bytes], *, host: str, path: str, secure: bool, now: float
    ) -> None:
        """Take the Set-Cookie lines of a response to a request for `path` of `host`."""
        for line in lines:
            cookie = parse_set_cookie(line.decode("latin-1"), host=host, path=path, now=now)
            if cookie is None or (cookie.secure and not secure):
                continue
            if cookie.expires is not None and cookie.expires <= now:
                self.kept.pop((cookie.domain, cookie.path, cookie.name), None)
                self._changed()
            else:
                self._put(cookie)

    def line(self, host: str, path: str, secure: bool, now: float | None = None) -> bytes:
        """The value of the Cookie header, or nothing. A query after the path is ignored."""
        if self._next_expiry is not None:
            self._expire(time.time() if now is None else now)
        # Where every cookie goes to every path, one line serves them all.
        path = "/" if self._only_root else path.partition("?")[0]
        key_line = (host, path, secure)
        line = self._lines.get(key_line)
        if line is None:
            if len(self._lines) >= 64:
                self._lines.clear()
            line = self._lines[key_line] = self._build_line(host, path, secure)
        return line

    def _expire(self, now: float) -> None:
        if self._next_expiry is None or now < self._next_expiry:
            return
        for key, cookie in list(self.kept.items()):
            if cookie.expires is not None and cookie.expires <= now:
                del self.kept[key]
        self._changed()

    def _build_line(self, host: str, path: str, secure: bool) -> bytes:
        chosen = [c for c in self.kept.values() if c.goes_to(host, path, secure)]
        if len(chosen) > 1:
            chosen.sort(key=lambda cookie: (-len(cookie.path), cookie.order))
        return "; ".join([f"{c.name}={c.value}" for c in chosen]).encode("latin-1", "replace")

    def _put(self, cookie: Cookie) -> None:
        key = (cookie.domain, cookie.path, cookie.name)
        old = self.kept.get(key)
        if old == cookie:
            return
        cookie.order = old.order if old else next(self._order)
        if old is None and len(self.kept) >= _MAX_COOKIES:
            self.kept.pop(next(iter(self.kept)))
        self.kept[key] = cookie
        self._changed()

    def _changed(self) -> None:
        self._lines.clear()
        only_root, soonest = True, None
        for cookie in self.kept.values():
            expires = cookie.expires
            only_root = only_root and cookie.path == "/"
            if expires is not None and (soonest is None or expires < soonest):
                soonest = expires
        self._only_root, self._next_expiry = only_root, soonest


def parse_set_cookie(line: str, *, host: str, path: str, now: float) -> Cookie | None:
    """The cookie of one Set-Cookie line (RFC 6265, 5.2 and 5.3), or None where it is refused."""
    pair, _, attributes = line.partition(";")
    name, equals, value = pair.partition("=")
    name, value = name.strip(" \t"), value.strip(" \t")
    if not equals or not name or len(name) + len(value) > _MAX_SIZE or _CONTROL.search(pair):
        return None
    scope = _scope_of(attributes, host, default_path(path))
    if scope is None:
        return None
    expires = scope.expires
    if scope.age is not None:
        expires = now + scope.age if scope.age > 0 else _LONG_AGO
    return Cookie(name, value, scope.domain, scope.host_only, scope.path, scope.secure, expires)


@dataclass(slots=True)
class _Scope:
    """What the attributes of a Set-Cookie line say."""

    domain: str
    path: str
    host_only: bool = True
    secure: bool = False
    age: int | None = None
    """Seconds from now on; goes before `expires`."""
    expires: float | None = None


@lru_cache(maxsize=256)
def _scope_of(attributes: str, host: str, path: str) -> _Scope | None:
    """The scope of a cookie, or None where the host may not set it. A server writes the same behind
    each of its cookies: it is read once."""
    scope = _Scope(host, path)
    for attribute in attributes.split(";"):
        key, _, text = attribute.partition("=")
        key, text = key.strip(" \t").lower(), text.strip(" \t")
        if key == "domain":
            domain = text.lstrip(".").lower()
            if domain and not _widen(scope, domain, host):
                return None
        elif key == "path":
            scope.path = text if text.startswith("/") else path
        elif key == "secure":
            scope.secure = True
        elif key == "max-age" and _AGE.fullmatch(text):
            scope.age = int(text)
        elif key == "expires":
            moment = _moment(text)
            scope.expires = scope.expires if moment is None else float(moment)
    return scope


def _moment(text: str) -> float | None:
    try:
        return http2time(text)  # type: ignore[no-any-return]
    except (ValueError, OverflowError):  # a year of a thousand digits, say
        return None


def _widen(scope: _Scope, domain: str, host: str) -> bool:
    """Widen the scope to `domain`; False where the host may not set it."""
    if domain == host:
        scope.host_only = _is_address(host) or "." not in host
        return True
    if "." not in domain or _is_address(host) or not host.endswith("." + domain):
        return False
    scope.domain, scope.host_only = domain, False
    return True


def default_path(path: str) -> str:
    """The path of a cookie that names none: the request's, up to its last slash."""
    return path[: path.rindex("/")] or "/" if path.startswith("/") else "/"


def path_matches(path: str, scope: str) -> bool:
    """RFC 6265, 5.1.4: `/a` covers `/a` and `/a/b`, not `/ab`."""
    return path == scope or (
        path.startswith(scope) and (scope.endswith("/") or path[len(scope)] == "/")
    )


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
