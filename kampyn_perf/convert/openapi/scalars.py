"""Numbers and texts within a schema's limits: the same each time. Pure."""

from __future__ import annotations

import base64
import math
import uuid
from collections.abc import Callable
from typing import Any

_LONGEST = 10_000
_FORMATS: dict[str, Callable[[int], str]] = {
    "date": lambda n: f"2026-01-{n % 28 + 1:02d}",
    "date-time": lambda n: f"2026-01-{n % 28 + 1:02d}T12:00:00Z",
    "time": lambda n: f"12:{n % 60:02d}:00Z",
    "duration": lambda n: f"PT{n + 1}H",
    "email": lambda n: f"user{n + 1}@example.com",
    "idn-email": lambda n: f"user{n + 1}@example.com",
    "uuid": lambda n: str(uuid.UUID(int=n + 1, version=4)),
    "uri": lambda n: f"https://example.com/{n + 1}",
    "url": lambda n: f"https://example.com/{n + 1}",
    "uri-reference": lambda n: f"/{n + 1}",
    "hostname": lambda n: f"host{n + 1}.example.com",
    "ipv4": lambda n: f"192.0.2.{n % 254 + 1}",  # RFC 5737: never anybody's
    "ipv6": lambda n: f"2001:db8::{n + 1:x}",
    "byte": lambda n: base64.b64encode(f"text {n + 1}".encode()).decode(),
    "binary": lambda n: f"text {n + 1}",
    "password": lambda _n: "CHANGE-ME",
}
_BY_NAME = {"email": "email", "mail": "email", "url": "uri", "uri": "uri", "uuid": "uuid"}
"""What properties of these names are, where no format says so."""


def text(schema: dict[Any, Any], name: str, number_of: int) -> str:
    """A text for a `string` schema."""
    kind = schema.get("format")
    words = name.lower().rpartition("_")[2]
    kind = kind if isinstance(kind, str) and kind in _FORMATS else _BY_NAME.get(words, "")
    if "password" in name.lower():
        kind = "password"
    made = _FORMATS[kind](number_of) if kind else _plain(name, number_of)
    least, most = _length(schema.get("minLength"), 0), _length(schema.get("maxLength"), _LONGEST)
    if len(made) < least:
        made += "x" * (min(least, _LONGEST) - len(made))
    return made[: max(most, 0)] if len(made) > most and not kind else made


def number(schema: dict[Any, Any], *, whole: bool, number_of: int) -> int | float:
    """A number for an `integer` or `number` schema."""
    low, high = _bounds(schema, whole=whole)
    value = 1.0 + number_of
    if low is not None and value < low:
        value = low + number_of
    if high is not None and value > high:
        value = high if low is None else max(low, high)
    step = _finite(schema.get("multipleOf"))
    if step is not None and step > 0:
        value = math.ceil(value / step) * step if math.isfinite(value / step) else value
    if whole and abs(value) < 2**63:
        return math.ceil(value)
    return round(value, 6) if math.isfinite(value) else 1


def _bounds(schema: dict[Any, Any], *, whole: bool) -> tuple[float | None, float | None]:
    """OpenAPI 3.0 says by true that a limit is outside; 3.1 gives it a number of its own."""
    gap = 1 if whole else 0.5
    low, high = _finite(schema.get("minimum")), _finite(schema.get("maximum"))
    above, below = _finite(schema.get("exclusiveMinimum")), _finite(schema.get("exclusiveMaximum"))
    if schema.get("exclusiveMinimum") is True:
        above = low
    if schema.get("exclusiveMaximum") is True:
        below = high
    if above is not None:
        low = max(above + gap, -math.inf if low is None else low)
    if below is not None:
        high = min(below - gap, math.inf if high is None else high)
    return low, high


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _length(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def _plain(name: str, number_of: int) -> str:
    return f"{name or 'text'}{number_of + 1}" if number_of else name or "text"
