"""A cookie, and how a Set-Cookie line is read (RFC 6265). Pure; times are seconds since 1970."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import http2time  # type: ignore[attr-defined]
from ipaddress import ip_address

_MAX_SIZE = 4096
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
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
