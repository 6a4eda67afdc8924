"""Secrets never reach a terminal, a log or a file: they are replaced here, in one place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

HIDDEN = "***"
_SECRET_KEY = re.compile(
    r"pass(word|wd)?$|secret|token(?!_lifetime)|api[-_]?key|authorization|cookie|credential", re.I
)
_URL_IN_TEXT = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s'\"<>,;]+")


def redact_url(url: str) -> str:
    """`url` with the user's password, and the values of its query that look secret, hidden."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN
    netloc = parts.netloc
    if "@" in netloc:
        user, _, host = netloc.rpartition("@")
        name = user.partition(":")[0]
        netloc = f"{name}:{HIDDEN}@{host}" if ":" in user else f"{HIDDEN}@{host}"
    query = re.sub(
        r"([^&=]+)=([^&]*)",
        lambda pair: f"{pair[1]}={HIDDEN}" if _SECRET_KEY.search(pair[1]) else pair[0],
        parts.query,
    )
    return urlunsplit((parts.scheme, netloc, parts.path, query, parts.fragment))


def redact_text(text: str) -> str:
    """`text` with the secrets of every URL inside it hidden; for messages written by libraries."""
    return _URL_IN_TEXT.sub(lambda match: redact_url(match[0]), text)


def redact(value: Any, key: str = "") -> Any:
    """A copy of plain data (dicts, lists, scalars) with secrets hidden, by key name and in URLs."""
    if isinstance(value, Mapping):
        return {name: redact(item, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item, key) for item in value]
    if key and _SECRET_KEY.search(key) and value not in (None, "", False):
        return HIDDEN
    return redact_text(value) if isinstance(value, str) and "://" in value else value
