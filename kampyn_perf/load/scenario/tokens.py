"""Tokens of those that signed in: where an answer has one, and how long it serves. Microseconds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kampyn_perf.load.target.jsonpath import MISSING, JsonPath
from kampyn_perf.load.target.settings import SignIn

_path = lru_cache(maxsize=64)(JsonPath)
_RENEWED_AT = 0.8
"""Of a token's time: what is sent with it must be answered before it ends."""


@dataclass(frozen=True, slots=True)
class Token:
    """What shows who somebody is."""

    headers: dict[str, str]
    stale_us: int | None
    """When it is to be renewed, by `clock.now_us`; None: never."""

    def fresh(self, now: int) -> bool:
        """Whether it serves yet."""
        return self.stale_us is None or now < self.stale_us


def token_of(response: Any, sign_in: SignIn, now: int) -> Token | None:
    """The token that a sign-in was answered with; None for none."""
    place = sign_in.token
    value: Any = None
    if place.json_path is not None:
        try:
            value = _path(place.json_path).first(response.json())
        except ValueError:
            value = MISSING
    elif place.header is not None:
        value = response.headers.get(place.header)
    elif place.cookie is not None:
        value = _cookie(response, place.cookie)
    if value is MISSING or value in (None, ""):
        return None
    stale = None if sign_in.validFor is None else now + round(sign_in.validFor * _RENEWED_AT)
    return Token(sign_in.headers(str(value)), stale)


def _cookie(response: Any, name: str) -> str | None:
    """Of the answer itself, whatever the jar makes of it."""
    if not hasattr(response, "raw_cookies"):  # Locust's own client
        value: str | None = response.cookies.get(name)
        return value
    for line in response.raw_cookies():
        key, _, value_bytes = line.partition(b";")[0].partition(b"=")
        if key.strip().decode("latin-1") == name:
            return str(value_bytes.strip().decode("latin-1"))
    return None
