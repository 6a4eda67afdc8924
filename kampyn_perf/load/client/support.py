"""When the lean client cannot serve a URL, and the stock client has to. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from kampyn_perf.load.hosts import is_loopback

STOCK_VARIABLE = "KAMPYN_PERF_HTTP_CLIENT"
"""Set to `stock` in the environment to have Locust's own client."""


def unsupported_reason(url: str, environ: Mapping[str, str]) -> str | None:
    """Why `url` needs the stock client, in words; None if the lean client serves it.

    The lean client speaks HTTP/1.1 directly to the target: no proxy, no HTTP/2, no other scheme.
    """
    if environ.get(STOCK_VARIABLE, "").strip().lower() == "stock":
        return f"{STOCK_VARIABLE}=stock asks for the stock client"
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    if scheme not in ("http", "https"):
        return f"the lean client speaks http and https over HTTP/1.1, not {scheme or 'that'!s}"
    proxy = _proxy_variable(scheme, parts.hostname or "", environ)
    return f"{proxy} names a proxy, which the lean client does not use" if proxy else None


def _proxy_variable(scheme: str, host: str, environ: Mapping[str, str]) -> str | None:
    """The variable that sets a proxy for this host, by the conventions of curl and requests."""
    if is_loopback(host) or _exempt(host, environ.get("no_proxy") or environ.get("NO_PROXY") or ""):
        return None
    names: tuple[str, ...] = (
        f"{scheme}_proxy",
        f"{scheme.upper()}_PROXY",
        "all_proxy",
        "ALL_PROXY",
    )
    if "REQUEST_METHOD" in environ:  # a CGI: HTTP_PROXY is a header of its caller
        names = tuple(name for name in names if name != "HTTP_PROXY")
    return next((name for name in names if environ.get(name, "").strip()), None)


def _exempt(host: str, no_proxy: str) -> bool:
    for entry in (word.strip().lower().partition(":")[0] for word in no_proxy.split(",")):
        suffix = entry.lstrip("*").lstrip(".")
        if entry == "*" or (suffix and (host == suffix or host.endswith("." + suffix))):
            return True
    return False
