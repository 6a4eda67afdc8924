"""Tokens of those that signed in: where an answer has one, and how long it serves. Microseconds."""

from __future__ import annotations

from collections.abc import Mapping
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


class Tokens:
    """Of all that signed in, by identity and the key of their row."""

    def __init__(self, sign_ins: Mapping[str, SignIn]) -> None:
        self._sign_ins = sign_ins
        self._kept: dict[tuple[str, str], Token] = {}

    def of(self, identity: str, data: Mapping[str, Any], now: int) -> Token | None:
        """The token of whom a session's `data` has as the `identity`; None for none that serves."""
        token = self._kept.get(self._key(identity, data))
        return token if token is not None and token.fresh(now) else None

    def keep(self, identity: str, data: Mapping[str, Any], response: Any, now: int) -> Token | None:
        """What a sign-in was answered with, for all sessions to come; None where it had none."""
        token = token_of(response, self._sign_ins[identity], now)
        if token is not None:
            self._kept[self._key(identity, data)] = token
        return token

    def _key(self, identity: str, data: Mapping[str, Any]) -> tuple[str, str]:
        row = data.get(identity, {})
        key = row.get(self._sign_ins[identity].key) if isinstance(row, dict) else row
        # A row without such a field is told apart by all that it has.
        return identity, str(row if key is None else key)


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
