"""Where load may go: loopback freely, any other host only by name. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

from kampyn_perf.errors import KampynError
from kampyn_perf.redact import redact_url


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine by its very name: never asks a resolver."""
    name = host.lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def check_target(url: str, allowed: Collection[str]) -> None:
    """Refuse what cannot be a target: a base for paths, on a host that was allowed. Raises
    KampynError (usage)."""
    check_host(url, allowed)
    base = re.split(r"[?#]", url, maxsplit=1)[0]
    if base != url:
        part = "query" if url[len(base)] == "?" else "fragment"
        raise KampynError(
            f"the target's URL {redact_url(base)} has a {part}, which would never be sent",
            hint=f"Take it out, from the {url[len(base)]} on; what is asked for stands in "
            "configs/targets/.",
        )


def check_host(
    url: str,
    allowed: Collection[str],
    *,
    what: str = "put load on it",
    whose: str = "yours to load",
) -> None:
    """Refuse a URL that is none, or whose host nobody allowed to do `what`. Raises KampynError
    (usage)."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise KampynError(f"not a URL: {redact_url(url)} ({error})") from error
    if parts.scheme not in ("http", "https") or not host:
        raise KampynError(
            f"not an http or https URL: {redact_url(url)}",
            hint="Write for example http://localhost:5001.",
        )
    if not is_loopback(host) and host.lower() not in {name.lower() for name in allowed}:
        raise KampynError(
            f"{host} is not this machine, and nobody allowed to {what}",
            hint=f"If it is {whose}: --allow-host {host}, or allowHosts in load.yaml.",
        )
