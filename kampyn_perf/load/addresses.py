"""Addresses as people write them: `localhost:8000/health` is understood. Pure."""

from __future__ import annotations

import re

from kampyn_perf.errors import KampynError
from kampyn_perf.load.hosts import is_loopback
from kampyn_perf.redact import redact_url

_HOST_AND_REST = re.compile(
    r"(?P<host>[A-Za-z0-9][\w.-]*|\[[0-9a-fA-F:]+\])(?P<port>:\d{1,5})?(?=[/?]|$)"
)


def looks_like_url(text: str) -> bool:
    """Whether it is an address, and not a name: it has a scheme, a port, or is this machine's."""
    if "://" in text:
        return True
    match = _HOST_AND_REST.match(text)
    return match is not None and bool(match["port"] or is_loopback(match["host"].strip("[]")))


def full_url(text: str) -> str:
    """`text` with a scheme: this machine is asked over http. Raises KampynError for another host
    without one."""
    if "://" in text:
        return text
    match = _HOST_AND_REST.match(text)
    if match and is_loopback(match["host"].strip("[]")):
        return f"http://{text}"
    shown = redact_url(text)
    hint = (
        f"Write https://{shown}, or http://{shown}." if match else "As http://localhost:8000/path."
    )
    raise KampynError(f"{shown} is no URL: it does not say http or https", hint=hint)
