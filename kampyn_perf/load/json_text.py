"""JSON as it is sent. Pure."""

from __future__ import annotations

import json as stdlib_json
from typing import Any

import orjson


def encode_json(value: Any) -> bytes:
    """`value` as JSON; orjson where it can, the standard library for the rest (big integers)."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return stdlib_json.dumps(value).encode()
