"""Index definitions in one form, so that a plan sees what differs and nothing else.

What the catalogue leaves out gets MongoDB's default; what a server adds (versions, `ns`, the
`_fts` of a text index, a collation's ICU version) goes. The facts are MongoDB's own: the defaults
of `createIndexes`, and the signature that `IndexDescriptor::compareIndexOptions` compares.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from kampyn_perf.indexes.model.collation import normal_collation, show_collation
from kampyn_perf.indexes.model.live import LiveCollection, LiveIndex
from kampyn_perf.indexes.model.spec import PLANE, TEXT, IndexSpec, Key, describe_keys
from kampyn_perf.indexes.model.values import (
    canonical,
    normal_filter,
    normal_projection,
    number,
    plain,
    truth,
)

SIMPLE = {"locale": "simple"}
_LANGUAGES = {
    "da": "danish",
    "nl": "dutch",
    "en": "english",
    "fi": "finnish",
    "fr": "french",
    "de": "german",
    "hu": "hungarian",
    "it": "italian",
    "nb": "norwegian",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "es": "spanish",
    "sv": "swedish",
    "tr": "turkish",
}
TEXT_KEY: Key = ("_fts", TEXT)
"""Stands for all text fields of a key, in the one place where they stand together."""


@dataclass(frozen=True, kw_only=True)
class Normal:
    """One index definition in the one form, hashable. Structured options are canonical JSON."""

    keys: tuple[Key, ...]
    unique: bool = False
    sparse: bool = False
    partial: str = ""
    ttl: int | float | str | None = None
    collation: str = ""
    """Empty: the simple one."""
    projection: str = ""
    weights: str = ""
    default_language: str = ""
    language_override: str = ""
    plane: tuple[Any, ...] = ()
    """bits, min, max of a 2d index"""
    storage: str = ""
    hidden: bool = False

    @property
    def is_text(self) -> bool:
        return TEXT_KEY in self.keys

    @property
    def is_special(self) -> bool:
        return any(isinstance(kind, str) or "$**" in path for path, kind in self.keys)


_LABELS = {
    "keys": "key",
    "partial": "partialFilterExpression",
    "ttl": "expireAfterSeconds",
    "projection": "wildcardProjection",
    "plane": "bits, min, max",
    "storage": "storageEngine",
}
SIGNATURE = ("unique", "sparse", "partial", "projection")
"""With keys and collation: what makes two indexes different for MongoDB 5.0 and newer."""


def normal_of(spec: IndexSpec, *, collation: Mapping[str, Any] | None = None) -> Normal:
    """`spec` as it would be on a collection with that default collation."""
    is_text = spec.is_text
    projection = normal_projection(spec.wildcard_projection or {})
    return Normal(
        keys=_keys(spec.keys),
        unique=truth(spec.unique),
        sparse=truth(spec.sparse),
        partial=_json(normal_filter(spec.partial)) if spec.partial is not None else "",
        ttl=_ttl(spec.ttl_seconds),
        collation=normal_collation(effective_collation(spec, collation)),
        projection=_json(projection) if projection else "",
        weights=_json(_weights(spec)) if is_text else "",
        default_language=_language(spec.default_language) if is_text else "",
        language_override=(spec.language_override or "language") if is_text else "",
        plane=_plane(spec),
        storage=canonical(spec.storage_engine) if spec.storage_engine else "",
        hidden=truth(spec.hidden),
    )


def normal_live(index: LiveIndex) -> Normal:
    """A listed index. What is listed without a collation has the simple one."""
    return normal_of(read_listing(index.definition))


def read_listing(definition: Mapping[str, Any]) -> IndexSpec:
    """The definition that a server lists, as a specification that would build the same index."""
    weights = {str(f): int(number(w)) for f, w in (definition.get("weights") or {}).items()}
    keys: list[Key] = []
    for path, direction in definition["key"].items():
        if path == TEXT_KEY[0] and direction == TEXT:
            keys += [(field, TEXT) for field in weights]
        elif path != "_ftsx":
            keys.append((str(path), _direction(direction)))
    return IndexSpec(
        keys=tuple(keys),
        name=str(definition.get("name", "")),
        unique=truth(definition.get("unique")),
        sparse=truth(definition.get("sparse")),
        hidden=truth(definition.get("hidden")),
        partial=definition.get("partialFilterExpression"),
        ttl_seconds=number(definition.get("expireAfterSeconds")),
        collation=definition.get("collation") or SIMPLE,
        weights=weights or None,
        default_language=definition.get("default_language"),
        language_override=definition.get("language_override"),
        wildcard_projection=definition.get("wildcardProjection"),
        bits=number(definition.get("bits")),
        minimum=number(definition.get("min")),
        maximum=number(definition.get("max")),
        storage_engine=definition.get("storageEngine"),
    )


def effective_collation(
    spec: IndexSpec, default: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """The collation `spec` gets: its own, or the collection's, except for text and 2d indexes,
    which know only the simple one."""
    if spec.collation is not None:
        return spec.collation
    simple_only = spec.is_text or any(kind == PLANE for _, kind in spec.keys)
    return None if simple_only else default


def differences(live: Normal, wanted: Normal) -> tuple[str, ...]:
    """What would have to change, one line per option: `unique: false -> true`."""
    return tuple(
        f"{_LABELS.get(name, name)}: {_show(name, live)} -> {_show(name, wanted)}"
        for name in differing(live, wanted)
    )


def differing(live: Normal, wanted: Normal) -> tuple[str, ...]:
    """Names of the fields of `Normal` that differ."""
    return tuple(
        item.name
        for item in fields(Normal)
        if getattr(live, item.name) != getattr(wanted, item.name)
    )


def same_index(live: Normal, wanted: Normal) -> bool:
    """Whether both are the same index, hidden or not."""
    return set(differing(live, wanted)) <= {"hidden"}


def state_hash(collection: LiveCollection) -> str:
    """SHA-256 over what a plan depends on: kind, default collation and the index definitions.
    Sizes, counts and the progress of builds are not part of it."""
    indexes = sorted(
        (index.name, describe(normal_live(index)), truth(index.definition.get("prepareUnique")))
        for index in collection.indexes
    )
    collation = normal_collation(collection.collation)
    return digest([collection.name, collection.kind.value, collation, indexes])


def digest(value: Any) -> str:
    """SHA-256 of plain data."""
    return hashlib.sha256(_json(value).encode()).hexdigest()


def describe(normal: Normal) -> list[Any]:
    """All of it as plain data, for hashing."""
    return [[item.name, getattr(normal, item.name)] for item in fields(Normal)]


def _keys(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    found: list[Key] = []
    for path, direction in keys:
        key = TEXT_KEY if direction == TEXT else (path, _direction(direction))
        if not (key == TEXT_KEY and TEXT_KEY in found):
            found.append(key)
    return tuple(found)


def _direction(value: Any) -> Any:
    """1 or -1: MongoDB takes any number but 0 (old tools wrote true and 2.0) and reads its sign."""
    found = number(value)
    return found if isinstance(found, str) else 1 if found > 0 else -1


def _weights(spec: IndexSpec) -> dict[str, int]:
    weights = {path: 1 for path, kind in spec.keys if kind == TEXT and path != TEXT_KEY[0]}
    weights |= {field: int(number(weight)) for field, weight in (spec.weights or {}).items()}
    return dict(sorted(weights.items()))


def _language(language: str | None) -> str:
    name = (language or "english").lower()
    return _LANGUAGES.get(name, name)


def _ttl(value: Any) -> int | float | str | None:
    found = number(value)
    if found is None:
        return None
    return "NaN" if found != found else found  # noqa: PLR0124 - only NaN differs from itself


def _plane(spec: IndexSpec) -> tuple[Any, ...]:
    if not any(kind == PLANE for _, kind in spec.keys):
        return ()
    given = (spec.bits, spec.minimum, spec.maximum)
    return tuple(
        number(default if value is None else value)
        for value, default in zip(given, (26, -180, 180), strict=True)
    )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _show(name: str, normal: Normal) -> str:
    value = getattr(normal, name)
    if name == "collation":
        return show_collation(value)
    if name == "keys":
        return describe_keys(value)
    if value in ("", None, ()):
        return "none"
    return value if isinstance(value, str) else json.dumps(plain(value), default=str)
