"""BSON on the wire, plain values inside: extended JSON where JSON has no word of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bson import json_util


def to_plain(value: Any) -> Any:
    """`value` of the server as plain data; the order of keys is kept, numbers stay numbers."""
    text = json_util.dumps(value, json_options=json_util.RELAXED_JSON_OPTIONS)
    return json.loads(text)


def to_bson(value: Any) -> Any:
    """Plain data as what the driver sends: `{"$oid": ...}` becomes an ObjectId, and so on."""
    if isinstance(value, Mapping):
        inner = {str(key): to_bson(item) for key, item in value.items()}
        if any(key.startswith("$") for key in inner):
            return json_util.object_hook(inner)
        return inner
    if isinstance(value, list | tuple):
        return [to_bson(item) for item in value]
    return value
