"""URLs, request heads and redirects: pure rules. Refuses what could smuggle a second header."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit

from kampyn_perf.load.client.errors import RequestRefusedError

ABSOLUTE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
"""What starts like an absolute URL, of whatever scheme."""
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_BAD_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_BAD_URL = re.compile(r"[\x00-\x1f\x7f]")
_PLAIN_TARGET = re.compile(r"[!-;=?-~]+")  # printable ASCII without spaces, < and >
_HOST = re.compile(r"[a-z0-9._-]+|\[[0-9a-f:.]+(%25[a-z0-9._~-]+)?\]")
_SAFE = "!#$%&'()*+,/:;=?@[]~"
_PORTS = {"http": 80, "https": 443}
REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Url:
    """An http or https URL taken apart."""

    scheme: str
    host: str
    """Lower case, without brackets, as a resolver takes it."""
    port: int
    target: str
    """Path and query, percent-encoded: the request target."""
    auth: tuple[str, str] | None = None
    """User and password of the URL, decoded."""

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What a connection belongs to."""
        return (self.scheme, self.host, self.port)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"


def parse_url(url: str) -> Url:
    """`url` taken apart. Raises RequestRefusedError where it is not a clean http(s) URL."""
    if _BAD_URL.search(url):
        raise RequestRefusedError("a URL cannot hold line breaks or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise RequestRefusedError(f"not a URL: {error}") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise RequestRefusedError(
            f"not an http or https URL: {url!r}",
            hint="Give the host in the user's `host`, or start the URL with http:// or https://.",
        )
    host = _clean_host(parts.hostname, "[" in parts.netloc)
    auth = None
    if parts.username is not None:
        auth = (unquote(parts.username), unquote(parts.password or ""))
    target = clean_target((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
    return Url(parts.scheme, host, _PORTS[parts.scheme] if port is None else port, target, auth)


def _clean_host(host: str, bracketed: bool) -> str:
    try:
        name = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError as error:
        raise RequestRefusedError(f"not a host name: {host!r}") from error
    name = name.lower()
    if not _HOST.fullmatch(f"[{name}]" if bracketed else name):
        raise RequestRefusedError(f"not a host name: {host!r}")
    return name.replace("%25", "%")


def with_params(url: str, params: Mapping[str, object] | Iterable[tuple[str, object]] | str) -> str:
    """`url` with more query parameters."""
    if isinstance(params, Mapping):
        params = {key: value for key, value in params.items() if value is not None}
    query = params if isinstance(params, str) else urlencode(params, doseq=True)  # type: ignore[arg-type]
    url, _, fragment = url.partition("#")
    if query:
        url += ("&" if "?" in url else "?") + query
    return f"{url}#{fragment}" if fragment else url


def basic_auth(user: str | bytes, password: str | bytes) -> str:
    """The Authorization header of HTTP Basic."""
    pair = [part.encode() if isinstance(part, str) else part for part in (user, password)]
    return "Basic " + b64encode(b":".join(pair)).decode()


def method_token(method: str) -> bytes:
    """The method as it goes into the request line. Raises RequestRefusedError."""
    if not _TOKEN.fullmatch(method):
        raise RequestRefusedError(f"not an HTTP method: {method!r}")
    return method.encode("ascii")


def clean_target(text: str) -> str:
    """A path and query as they go into the request line, without a fragment.

    Raises RequestRefusedError for line breaks and control characters.
    """
    if "#" in text:
        text = text.partition("#")[0]
    if _PLAIN_TARGET.fullmatch(text):
        return text
    if _BAD_URL.search(text):
        raise RequestRefusedError("a URL cannot hold line breaks or control characters")
    try:
        return quote(text, safe=_SAFE) or "/"
    except UnicodeEncodeError as error:
        raise RequestRefusedError(f"not a URL: {error}") from error


def header_block(headers: Mapping[str, str], authority: str) -> bytes:
    """The header lines, each with its line break, without the empty line.

    Cookies and the length differ from request to request and are left out. `headers` may replace
    Host; Transfer-Encoding is refused, and so is all that would break the head.
    """
    lines = []
    if not any(name.lower() == "host" for name in headers):
        lines.append(b"Host: " + authority.encode("ascii"))
    for name, value in headers.items():
        lowered = name.lower()
        if lowered == "transfer-encoding":
            raise RequestRefusedError("Transfer-Encoding is the client's own business; give `data`")
        if lowered not in ("content-length", "cookie"):
            line = header_value(name, value)
            lines.append(name.encode("ascii") + b": " + line)
    lines.append(b"")
    return b"\r\n".join(lines)


def header_value(name: str, value: object) -> bytes:
    """The bytes of a header's value. Raises RequestRefusedError if they would break the head."""
    text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
    if not _TOKEN.fullmatch(name) or _BAD_VALUE.search(text):
        raise RequestRefusedError(f"the header {name!r} cannot be sent: it would break the head")
    try:
        return text.encode("latin-1").strip()
    except UnicodeEncodeError:
        return text.encode().strip()


def redirected_method(status: int, method: str) -> str:
    """The method of the next request, as browsers choose it (fetch standard, 4.4)."""
    if status == 303 and method != "HEAD":
        return "GET"
    if status in (301, 302) and method == "POST":
        return "GET"
    return method


def redirected_url(current: str, location: str) -> str:
    """Where a Location header points, seen from `current`. Raises RequestRefusedError."""
    with suppress(UnicodeError):
        # Headers are read as Latin-1; a path that was sent raw is UTF-8, as browsers take it.
        location = location.encode("latin-1").decode("utf-8")
    try:
        return urljoin(current, location.strip())
    except ValueError as error:
        raise RequestRefusedError(f"not a URL: {error}") from error
