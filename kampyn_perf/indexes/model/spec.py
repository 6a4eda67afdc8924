"""What an index is, in plain values: the definition that catalogue, server and plan all speak of.

Values are plain data. BSON types that JSON has no word for are written in MongoDB's extended JSON
(`{"$oid": ...}`, `{"$date": ...}`, `{"$numberLong": ...}`), in the catalogue and by adapters alike,
so that nothing here needs a driver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kampyn_perf.indexes.model.options import OPTIONS, PLANE, TEXT, Kind
from kampyn_perf.indexes.model.values import truth

Direction = int | float | str
"""1 or -1, or the kind of a special key: "text", "hashed", "2dsphere", "2d"."""
Key = tuple[str, Direction]

HASHED = "hashed"
SPHERE = "2dsphere"
SPECIAL = (TEXT, HASHED, SPHERE, PLANE)
WILDCARD = "$**"

MAX_INDEXES = 64
"""Indexes of one collection, `_id_` among them (MongoDB's limit)."""
MAX_KEYS = 32
"""Fields of one compound index (MongoDB's limit)."""


@dataclass(frozen=True, kw_only=True)
class IndexSpec:
    """One index as somebody asks for it. What is left out has MongoDB's default.

    Equality of two definitions is not `==` of this class: ask `normalise.same_index`.
    """

    keys: tuple[Key, ...]
    name: str = ""
    """Empty: the server's default name (`default_name`), and any name of a live index is fine."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """By MongoDB's names (`options.OPTIONS`), in that order; without what is None or switched
    off."""

    def __post_init__(self) -> None:
        known = [option for option in OPTIONS if option.name in self.options]
        if len(known) < len(self.options):
            unknown = sorted(set(self.options) - {option.name for option in known})
            raise ValueError(f"no options of an index: {', '.join(unknown)}")
        given = {}
        for option in known:
            value = self.options[option.name]
            if option.kind is Kind.FLAG:
                value = truth(value) or None
            if value is not None:
                given[option.name] = value
        object.__setattr__(self, "options", given)

    def having(self, **options: Any) -> IndexSpec:
        """A copy with other values of these options; None takes one away."""
        return replace(self, options={**self.options, **options})

    @property
    def unique(self) -> bool:
        return "unique" in self.options

    @property
    def sparse(self) -> bool:
        return "sparse" in self.options

    @property
    def hidden(self) -> bool:
        return "hidden" in self.options

    @property
    def partial(self) -> Mapping[str, Any] | None:
        """partialFilterExpression"""
        return self.options.get("partialFilterExpression")

    @property
    def ttl_seconds(self) -> int | float | None:
        """expireAfterSeconds"""
        return self.options.get("expireAfterSeconds")

    @property
    def collation(self) -> Mapping[str, Any] | None:
        return self.options.get("collation")

    @property
    def weights(self) -> Mapping[str, int]:
        return self.options.get("weights") or {}

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
