"""Whose servers may be measured: this machine's freely, any other by name."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from kampyn_perf.errors import KampynError
from kampyn_perf.load.hosts import is_loopback
from kampyn_perf.redact import redact_url


def check_host(url: str, allowed: Collection[str], *, flag: str) -> None:
    """Refuse a URL of a database or cache whose host nobody allowed. Raises KampynError (usage).

    A MongoDB URL may name several hosts; all of them are looked at. Files and sockets are here.
    """
    try:
        netloc = urlsplit(url).netloc.rpartition("@")[2]
    except ValueError as error:
        raise KampynError(f"{flag}: not a URL: {redact_url(url)} ({error})") from error
    known = {name.lower() for name in allowed}
    for part in filter(None, netloc.split(",")):
        host = part[1:].partition("]")[0] if part.startswith("[") else part.partition(":")[0]
        if host and not is_loopback(host) and host.lower() not in known:
            raise KampynError(
                f"{flag}: {host} is not this machine, and nobody allowed to measure it",
                hint=f"A benchmark is load. If it is yours to load: --allow-host {host}",
            )
