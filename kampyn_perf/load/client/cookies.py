"""One user's cookies, by RFC 6265: host, path, secure, expiry. Pure; times are seconds since 1970.

`http.cookiejar` does the same at several hundred microseconds a request. Here a request without
cookies costs one truth test, and the Cookie line of an origin and path is kept until something
changes.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

from kampyn_perf.load.client.errors import RequestRefusedError
from kampyn_perf.load.client.set_cookie import Cookie, parse_set_cookie

_MAX_COOKIES = 300
_UNSENDABLE = re.compile(r"[\x00-\x1f\x7f;]")


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

    def __contains__(self, name: Any) -> bool:
        return any(cookie.name == name for cookie in self.kept.values())

    def __getitem__(self, name: Any) -> str:
        value: str | None = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def __setitem__(self, name: Any, value: Any) -> None:
        self.set(name, value)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies have cookies of their own."""
        return _jar_of, (list(self.kept.values()),)

    # What scenarios give is of any type: declared as text, it would be refused in other words where
    # this is compiled.

    def get(self, name: Any, default: Any = None) -> Any:
        """The value of the first cookie of that name."""
        return next((c.value for c in self.kept.values() if c.name == name), default)

    def set(self, name: Any, value: Any, *, domain: Any = "", path: Any = "/") -> None:
        """Set a cookie by hand; without a domain it goes to every host this user asks."""
        for part in (name, value, domain, path):
            if not isinstance(part, str):
                kind = type(part).__name__
                raise RequestRefusedError(f"a cookie is text in all its parts, and not {kind}")
        if not name or "=" in name or _UNSENDABLE.search(name + value):
            raise RequestRefusedError(f"a cookie cannot be named {name!r} or hold that value")
        self._put(Cookie(name, value, domain.lower().lstrip("."), False, path, False, None))

    def set_cookie(self, cookie: Any) -> None:
        """Take one that was read from here, with its scope."""
        if not isinstance(cookie, Cookie):
            raise RequestRefusedError(f"{type(cookie).__name__} is no cookie of this client's")
        self._put(cookie)

    def update(self, cookies: Any) -> None:
        """Set several: a mapping, or the cookies of another jar."""
        if isinstance(cookies, Mapping):
            for name, value in cookies.items():
                self.set(name, value)
        else:
            for cookie in cookies:
                self.set_cookie(replace(cookie) if isinstance(cookie, Cookie) else cookie)

    def get_dict(self) -> dict[str, str]:
        """Values by name; of cookies of one name the last."""
        return {cookie.name: cookie.value for cookie in self.kept.values()}

    def keys(self) -> list[str]:
        """The names."""
        return [cookie.name for cookie in self.kept.values()]

    def items(self) -> list[tuple[str, str]]:
        """Names and values."""
        return [(cookie.name, cookie.value) for cookie in self.kept.values()]

    def pop(self, name: Any, default: Any = None) -> Any:
        """Forget the cookies of one name; the value of the first."""
        value = self.get(name, default)
        for key in [key for key, cookie in self.kept.items() if cookie.name == name]:
            del self.kept[key]
        self._changed()
        return value

    def __delitem__(self, name: Any) -> None:
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


def _jar_of(cookies: list[Cookie]) -> CookieJar:
    jar = CookieJar()
    jar.update(cookies)
    return jar
