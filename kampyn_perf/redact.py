"""Secrets never reach a terminal, a log or a file: they are replaced here, in one place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

HIDDEN = "***"
_SHOWN = 60
"""Characters of a value that an error message quotes."""
_SECRET_KEY = re.compile(
    r"pass(word|wd)?$|secret|token(?!_lifetime)|api[-_]?key|authorization|cookie|credential", re.I
)
_URL_IN_TEXT = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s'\"<>,;]+")
_LOGIN_IN_TEXT = re.compile(r"(?<!\w)(?<!//)([^\s:/@'\"]+):(?!//)[^\s@'\"]+@(?=[\w\[])")
"""`user:password@host` of a URL whose scheme was forgotten."""
_PORTLESS = re.compile(r"^[^\[]*:(?!\d+(?:,|$))")
"""A host with a colon and no port: a password ended here, by a / ? or # of its own."""
_FILE_SCHEMES = ("sqlite", "file", "unix")


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
    elif "@" in url and parts.scheme not in _FILE_SCHEMES and _is_torn(netloc):
        # Without a scheme, or with a / in its password: what stands before the host is all hidden.
        return redact_url(f"//{HIDDEN}@{url.rpartition('@')[2]}").removeprefix("//")
    query = re.sub(
        r"([^&=]+)=([^&]*)",
        lambda pair: f"{pair[1]}={HIDDEN}" if _SECRET_KEY.search(pair[1]) else pair[0],
        parts.query,
    )
    if (netloc, query) == (parts.netloc, parts.query):
        return url  # not put together again, which makes sqlite:/x of sqlite:///x
    return urlunsplit((parts.scheme, netloc, parts.path, query, parts.fragment))


def _is_torn(netloc: str) -> bool:
    return not netloc or _PORTLESS.search(netloc) is not None


def redact_text(text: str) -> str:
    """`text` with the secrets of every URL inside it hidden; for messages written by libraries."""
    text = _URL_IN_TEXT.sub(lambda match: redact_url(match[0]), text)
    return _LOGIN_IN_TEXT.sub(rf"\1:{HIDDEN}@", text)


def is_secret(key: object) -> bool:
    """Whether what stands under `key` is a secret, by its name."""
    return _SECRET_KEY.search(str(key)) is not None


def describe(value: Any) -> str:
    """What `value` is, for an error message: never what stands inside a list or a mapping."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple | set | frozenset):
        return "a list"
    text = redact_text(value) if isinstance(value, str) else str(value)
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
    return repr(text) if isinstance(value, str) else text


def redact(value: Any, key: str = "") -> Any:
    """A copy of plain data (dicts, lists, scalars) with secrets hidden, by key name and in URLs."""
    if isinstance(value, Mapping):
        return {name: redact(item, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item, key) for item in value]
    if key and is_secret(key) and value not in (None, "", False):
        return HIDDEN
    return redact_text(value) if isinstance(value, str) else value


_PAIR_IN_TEXT = re.compile(
    r"""(["']?)([\w.-]{1,64})\1\s*[:=]\s*("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s,;&}"']+)"""
)
"""`"token": "..."`, `password=...` of what is no URL."""
_BEARER_IN_TEXT = re.compile(r"\b(Bearer|Basic|Digest)\s+[\w.~+/=-]{8,}", re.I)
_JWT_IN_TEXT = re.compile(r"\beyJ[\w-]{6,}\.[\w-]+(?:\.[\w-]*)?")


def redact_body(text: str) -> str:
    """`text` of anybody (an answer, an error's words) with what looks secret in it hidden: values
    under secret names, tokens, and the secrets of URLs."""
    text = _BEARER_IN_TEXT.sub(rf"\1 {HIDDEN}", redact_text(text))
    text = _JWT_IN_TEXT.sub(HIDDEN, text)
    return _PAIR_IN_TEXT.sub(_hidden_value, text)


def _hidden_value(pair: re.Match[str]) -> str:
    return pair[0] if not is_secret(pair[2]) else pair[0][: pair.start(3) - pair.start()] + HIDDEN
