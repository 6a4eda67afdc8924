"""Lengths of time as Artillery writes them: seconds, `5m`, `2 hours`. Pure."""

from __future__ import annotations

import re
from typing import Any

_WORDS = {
    "ms": "ms", "msec": "ms", "msecs": "ms", "millisecond": "ms", "milliseconds": "ms",
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "m": "min", "min": "min", "mins": "min", "minute": "min", "minutes": "min",
    "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
}  # fmt: skip
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z]+)\s*", re.I)


def duration(value: Any) -> Any:
    """With the units of ours; what is none is left as it is, for whoever checks it."""
    if isinstance(value, str) and (match := _LENGTH.fullmatch(value)):
        unit = _WORDS.get(match[2].lower())
        if unit:
            number = f"0{match[1]}" if match[1].startswith(".") else match[1]
            return f"{number}{unit}"
    return value
