"""Where webhooks may go: to this machine freely, to any other host only by name."""

from __future__ import annotations

from collections.abc import Callable, Collection

from kampyn_perf.errors import KampynError
from kampyn_perf.load.hosts import check_host


def webhook_check(allowed: Collection[str]) -> Callable[[str], None]:
    """Raises KampynError for a URL that is none, or whose host is not among `allowed`.

    What it says names no URL: one of a webhook is often a secret itself.
    """
    known = frozenset(allowed)

    def check(url: str) -> None:
        try:
            check_host(url, known)
        except KampynError as error:
            host = _host(url)
            if not host:
                raise KampynError("is no http or https URL") from error
            raise KampynError(
                f"{host} is not this machine, and nobody allowed to send to it: --allow-host "
                f"{host}, or allowHosts in the file"
            ) from error

    return check


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
