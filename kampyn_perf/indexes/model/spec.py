"""What an index is, in plain values: the definition that catalogue, server and plan all speak of.

Values are plain data. BSON types that JSON has no word for are written in MongoDB's extended JSON
(`{"$oid": ...}`, `{"$date": ...}`, `{"$numberLong": ...}`), in the catalogue and by adapters alike,
so that nothing here needs a driver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Direction = int | float | str
"""1 or -1, or the kind of a special key: "text", "hashed", "2dsphere", "2d"."""
Key = tuple[str, Direction]

TEXT = "text"
HASHED = "hashed"
SPHERE = "2dsphere"
PLANE = "2d"
SPECIAL = (TEXT, HASHED, SPHERE, PLANE)
WILDCARD = "$**"

MAX_INDEXES = 64
"""Indexes of one collection, `_id_` among them (MongoDB's limit)."""
MAX_KEYS = 32
"""Fields of one compound index (MongoDB's limit)."""


@dataclass(frozen=True, kw_only=True)
class IndexSpec:
    """One index as somebody asks for it. What is left out has MongoDB's default.

    Equality of two definitions is not `==` of this class: ask `normalise.identity`.
    """

    keys: tuple[Key, ...]
    name: str = ""
    """Empty: the server's default name (`default_name`), and any name of a live index is fine."""
    unique: bool = False
    sparse: bool = False
    hidden: bool = False
    partial: Mapping[str, Any] | None = None
    """partialFilterExpression"""
    ttl_seconds: int | float | None = None
    """expireAfterSeconds"""
    collation: Mapping[str, Any] | None = None
    """None: the collection's own default collation, which is the simple one unless it says so."""
    weights: Mapping[str, int] | None = None
    default_language: str | None = None
    language_override: str | None = None
    wildcard_projection: Mapping[str, Any] | None = None
    bits: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    """bits, min and max of a 2d index"""
    storage_engine: Mapping[str, Any] | None = None

    def options(self) -> dict[str, Any]:
        """What was asked for beside key and name, in MongoDB's own words; no defaults."""
        given: dict[str, Any] = {
            "unique": self.unique or None,
            "sparse": self.sparse or None,
            "hidden": self.hidden or None,
            "partialFilterExpression": self.partial,
            "expireAfterSeconds": self.ttl_seconds,
            "collation": self.collation,
            "weights": self.weights,
            "default_language": self.default_language,
            "language_override": self.language_override,
            "wildcardProjection": self.wildcard_projection,
            "bits": self.bits,
            "min": self.minimum,
            "max": self.maximum,
            "storageEngine": self.storage_engine,
        }
        return {name: value for name, value in given.items() if value is not None}

    @property
    def effective_name(self) -> str:
        """The name the index gets when it is built."""
        return self.name or default_name(self.keys)

    @property
    def is_text(self) -> bool:
        return any(direction == TEXT for _, direction in self.keys)

    @property
    def is_hashed(self) -> bool:
        return any(direction == HASHED for _, direction in self.keys)

    @property
    def is_wildcard(self) -> bool:
        """A wildcard over paths (`$**`, `a.$**`); a text index over all fields is not one."""
        return any(is_wildcard_path(path) and kind != TEXT for path, kind in self.keys)

    @property
    def is_special(self) -> bool:
        """Anything but plain ascending and descending keys."""
        return self.is_wildcard or any(isinstance(kind, str) for _, kind in self.keys)

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(path for path, _ in self.keys)


def is_wildcard_path(path: str) -> bool:
    """Whether `path` is `$**` or ends in `.$**`."""
    return path == WILDCARD or path.endswith("." + WILDCARD)


def default_name(keys: tuple[Key, ...]) -> str:
    """The name MongoDB and its drivers give: `vendorId_1_createdAt_-1`."""
    return "_".join(f"{path}_{_plain(direction)}" for path, direction in keys)


def describe_keys(keys: tuple[Key, ...]) -> str:
    """`{vendorId: 1, createdAt: -1}`, for people."""
    return "{" + ", ".join(f"{path}: {_plain(kind)}" for path, kind in keys) + "}"


def _plain(direction: Direction) -> str:
    if isinstance(direction, float) and direction.is_integer():
        return str(int(direction))
    return str(direction)
