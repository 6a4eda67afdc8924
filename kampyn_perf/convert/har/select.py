"""Which requests of a recording are the system's own work: not a third party's, not a file that
never changes, not what the browser does by itself. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection

from kampyn_perf.convert.har.recorded import Recorded

_STATIC_TYPE = re.compile(
    r"image/|font/|audio/|video/|text/css|(?:text|application)/(?:x-)?javascript|"
    r"application/(?:x-)?font|application/ecmascript|application/wasm|application/manifest\+json"
)
_STATIC_KIND = ("image", "font", "stylesheet", "script", "media", "manifest", "texttrack")
_STATIC_NAME = re.compile(
    r"\.(?:m?js|css|map|png|jpe?g|gif|svg|webp|avif|ico|bmp|woff2?|ttf|otf|eot|mp[34]|webm|ogg|"
    r"wasm|webmanifest)$",
    re.I,
)
_PREFLIGHT, _SWITCHED = "OPTIONS", 101


def why_not(exchange: Recorded) -> str:
    """Why a request of the system's own is left out all the same; empty for one that is taken."""
    if exchange.kind == "websocket" or exchange.status == _SWITCHED:
        return "WebSocket"
    if exchange.method == _PREFLIGHT:
        return "the browser's own question whether it may (preflight)"
    if exchange.method in ("CONNECT", "TRACE"):
        return f"method {exchange.method}"
    if exchange.status == 0:
        return "no answer was recorded (blocked, or broken off)"
    if (
        exchange.kind in _STATIC_KIND
        or _STATIC_TYPE.match(exchange.answer_type)
        or _STATIC_NAME.search(exchange.url.path)
    ):
        return "static file"
    return ""


class Hosts:
    """The hosts of a recording, and which of them is the system."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        """By host (and port), of all requests."""
        self._work: Counter[str] = Counter()
        self._first_page = ""
        self._origins: dict[str, str] = {}

    def note(self, exchange: Recorded) -> None:
        """Count a request."""
        self.requests[exchange.host] += 1
        self._origins.setdefault(exchange.host, exchange.origin)
        if why_not(exchange):
            return
        self._work[exchange.host] += 1
        is_page = exchange.kind == "document" or exchange.answer_type == "text/html"
        if is_page and exchange.status < 300 and not self._first_page:
            self._first_page = exchange.host

    def own(self, named: Collection[str]) -> list[str]:
        """The hosts that are taken, the first the system's own: those `named`, by host or by host
        and port, or that of the first page, or the one that is asked most."""
        if named:
            wanted = {name.lower() for name in named}
            return [
                host for host, _count in self.requests.most_common()
                if host in wanted or host.partition(":")[0] in wanted
            ]  # fmt: skip
        if self._first_page:
            return [self._first_page]
        return [host for host, _count in self._work.most_common(1)]

    def origin(self, host: str) -> str:
        """With its scheme."""
        return self._origins[host]


def redirected(exchange: Recorded, before: Recorded | None) -> bool:
    """Whether a request only follows the answer before it, as a client does by itself."""
    return (
        before is not None
        and 300 <= before.status < 400
        and before.redirect.partition("#")[0] == exchange.url.geturl().partition("#")[0]
    )
