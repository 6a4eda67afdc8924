"""Why a request failed, in its own words: an error's text, or the beginning of what was answered.

A line without secrets, short enough for a table. Never raises.
"""

from __future__ import annotations

from typing import Any

from kampyn_perf.load.client.errors import StatusError
from kampyn_perf.redact import redact_body

_LONGEST = 200
"""Bytes of a body, or characters of an error's text."""
_LOOKED_AT = 4096
"""Bytes of a body in which secrets are looked for before it is cut: a token may be longer."""


def failure_text(error: BaseException, response: Any) -> str:
    """The reason of a scenario or of the connection; of a plain status the body."""
    own = "" if _is_plain_status(error) else str(error) or type(error).__name__
    text = redact_body(own or _body(response)[:_LOOKED_AT])
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."


def _is_plain_status(error: BaseException) -> bool:
    """Whether it says no more than the status, which is known; requests' HTTPError has a URL."""
    return isinstance(error, StatusError) or type(error).__name__ == "HTTPError"


def _body(response: Any) -> str:
    try:
        return str(response.text or "")
    except Exception:  # noqa: BLE001 (a body that cannot be read explains nothing)
        return ""
