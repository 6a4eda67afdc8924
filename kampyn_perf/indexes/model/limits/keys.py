"""Keys, their kinds and their names. Sources:
https://www.mongodb.com/docs/manual/reference/method/db.collection.createIndex/,
https://www.mongodb.com/docs/manual/core/indexes/index-types/index-hashed/,
https://www.mongodb.com/docs/manual/core/indexes/index-types/geospatial/2d/create/define-location-range/,
https://www.mongodb.com/docs/manual/reference/limits/."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.indexes.model.limits.refusal import (
    BAD_VALUE,
    INVALID_OPTION_OF_ID,
    Refusal,
    Version,
)
from kampyn_perf.indexes.model.options import PLANE, TEXT
from kampyn_perf.indexes.model.spec import HASHED, MAX_KEYS, IndexSpec, is_wildcard_path
from kampyn_perf.indexes.model.values import number

COMPOUND_HASHED_SINCE: Version = (4, 4)
_OF_REFERENCES = frozenset({"$id", "$ref", "$db"})
"""Fields of a DBRef: the only ones with a $ that may be indexed, below another field."""


def refusals(spec: IndexSpec) -> Iterator[Refusal]:
    if len(spec.keys) > MAX_KEYS:
        message = f"{len(spec.keys)} keys; MongoDB allows {MAX_KEYS}"
        yield Refusal(rule="too-many-keys", message=message)
    kinds = {kind for _, kind in spec.keys if isinstance(kind, str)}
    if len(kinds) > 1:
        words = f"one special kind per index, not {', '.join(sorted(kinds))}"
        yield Refusal(rule="special-keys", message=words)
    for path, kind in spec.keys:
        yield from _path(path, kind)
    yield from _hashed(spec)
    yield from _plane(spec)
    yield from _id(spec)
    yield from _name(spec)


def is_legal_path(path: str) -> bool:
    """Whether a field of that path can be indexed: no empty part, and $ only in a DBRef's fields or
    as a wildcard at the end."""
    parts = path.split(".")
    if is_wildcard_path(path):
        parts = parts[:-1]
    return all(
        part and (not part.startswith("$") or (place > 0 and part in _OF_REFERENCES))
        for place, part in enumerate(parts)
    )


def _path(path: str, kind: object) -> Iterator[Refusal]:
    if not is_legal_path(path):
        yield Refusal(rule="illegal-field", message=f"{path} is no field that can be indexed")
    if path == "_fts" and kind != TEXT:
        yield Refusal(rule="illegal-field", message="_fts is the server's own name in text indexes")


def _hashed(spec: IndexSpec) -> Iterator[Refusal]:
    if not spec.is_hashed:
        return
    if spec.unique:
        yield Refusal(rule="hashed-and-unique", message="a hashed index cannot be unique")
    if sum(kind == HASHED for _, kind in spec.keys) > 1:
        yield Refusal(rule="special-keys", message="one hashed field per index at most")
    if len(spec.keys) > 1:
        message = "a compound key with a hashed field"
        yield Refusal(rule="special-keys", message=message, since=COMPOUND_HASHED_SINCE)


def _plane(spec: IndexSpec) -> Iterator[Refusal]:
    """2d: error 16801, and a range without an inside."""
    places = [place for place, (_, kind) in enumerate(spec.keys) if kind == PLANE]
    if not places:
        return
    if places != [0]:
        yield Refusal(rule="plane-key", message="a 2d field is the first of its key, and alone")
    least, most = (number(spec.options.get(name, value)) for name, value in _RANGE)
    if isinstance(least, int | float) and isinstance(most, int | float) and not least < most:
        yield Refusal(rule="plane-key", message=f"min ({least}) must be below max ({most})")


_RANGE = (("min", -180), ("max", 180))


def _id(spec: IndexSpec) -> Iterator[Refusal]:
    if spec.fields != ("_id",) or spec.is_hashed:
        return
    if spec.keys[0][1] == -1:
        message = "an index on _id alone is ascending or hashed"
        yield Refusal(rule="special-keys", message=message, code=BAD_VALUE)
    if spec.unique or spec.sparse or spec.partial is not None or spec.hidden:
        message = "the index on _id takes no options: it is unique by itself"
        yield Refusal(rule="special-keys", message=message, code=INVALID_OPTION_OF_ID)


def _name(spec: IndexSpec) -> Iterator[Refusal]:
    if spec.name == "*":
        message = "* is no name: dropping * drops all indexes"
        yield Refusal(rule="index-name", message=message, code=BAD_VALUE)
    if spec.name == "_id_" and spec.fields != ("_id",):
        message = "_id_ is the name of the index on _id"
        yield Refusal(rule="index-name", message=message, code=BAD_VALUE)
    if "\0" in spec.name:
        yield Refusal(rule="index-name", message="a name cannot contain a NUL character")
