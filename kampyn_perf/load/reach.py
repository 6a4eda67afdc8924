"""Whether a target answers at all, asked once before the load. Seconds."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from kampyn_perf.errors import UnreachableError
from kampyn_perf.redact import redact_url


def check_reachable(url: str, *, timeout: float = 5.0) -> None:
    """Connect to the host and port of `url`, and hang up. Raises UnreachableError."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((host, port), timeout=timeout).close()
    except OSError as error:
        why = "no answer in time" if isinstance(error, TimeoutError) else error.strerror or error
        raise UnreachableError(
            f"{redact_url(url)} cannot be reached: {why}",
            hint="Is it running, and is the port right? Without --target and --url the bundled "
            "backend is used.",
        ) from error
