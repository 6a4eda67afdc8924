"""One index as Mongoose declares it, as a specification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kampyn_perf.indexes.model.spec import SPECIAL, IndexSpec, Key
from kampyn_perf.units import MICROSECONDS, parse_duration

_IGNORED = frozenset({"background", "w", "writeConcern", "dropDups", "autoIndex", "_autoIndex"})
"""Options that say how Mongoose builds, not what."""
_FIELDS = {
    "name": "name",
    "unique": "unique",
    "sparse": "sparse",
    "hidden": "hidden",
    "partialFilterExpression": "partial",
    "expireAfterSeconds": "ttl_seconds",
    "collation": "collation",
    "weights": "weights",
    "default_language": "default_language",
    "language_override": "language_override",
    "wildcardProjection": "wildcard_projection",
    "bits": "bits",
    "min": "minimum",
    "max": "maximum",
    "storageEngine": "storage_engine",
}
"""Fields of `IndexSpec`, by MongoDB's names."""


def mongoose_spec(
    keys: Mapping[str, Any], options: Mapping[str, Any], name: str, notes: list[str]
) -> IndexSpec:
    """One declaration as a specification. What no index has is left out, with a note. Raises
    ValueError for what is no key and no duration."""
    given: dict[str, Any] = {}
    for option, value in options.items():
        if option in ("expires", "expireAfterSeconds"):
            given["ttl_seconds"] = _seconds(value)
        elif option in _FIELDS:
            given[_FIELDS[option]] = value
        elif option not in _IGNORED:
            notes.append(f"{name}: left out the option {option}, which no index has")
    given["unique"] = bool(given.get("unique"))
    given["sparse"] = bool(given.get("sparse"))
    given["hidden"] = bool(given.get("hidden"))
    return IndexSpec(keys=_keys(keys), **given)


def _keys(keys: Mapping[str, Any]) -> tuple[Key, ...]:
    if not keys:
        raise ValueError("an index without keys")
    return tuple((str(path), _direction(path, kind)) for path, kind in keys.items())


def _direction(path: str, kind: Any) -> int | str:
    """Mongoose takes 1, "1", "asc", "ascending" and their opposites."""
    words = {"1": 1, "asc": 1, "ascending": 1, "true": 1, "-1": -1, "desc": -1, "descending": -1}
    text = str(kind).lower().removesuffix(".0")
    if text in words:
        return words[text]
    if kind in SPECIAL:
        return str(kind)
    raise ValueError(f"{path}: {kind!r} is no direction of an index")


def _seconds(value: Any) -> int | float:
    """`expires: "30d"` or a number of seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return parse_duration(str(value)) // MICROSECONDS
