"""Index definitions in one form, so that a plan sees what differs and nothing else.

What the catalogue leaves out gets MongoDB's default; what a server adds (versions, `ns`, the
`_fts` of a text index, a collation's ICU version) goes. The facts are MongoDB's own: they are in
`options`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from kampyn_perf.indexes.model.collation import normal_collation, show_collation
from kampyn_perf.indexes.model.live import LiveCollection, LiveIndex
from kampyn_perf.indexes.model.options import OPTIONS, PLANE, TEXT, Kind, Option
from kampyn_perf.indexes.model.spec import IndexSpec, Key, describe_keys
from kampyn_perf.indexes.model.spelling import conjunct_words, expiry_words
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
    options: tuple[tuple[str, Any], ...]
    """Every option by its name, in the order of `options.OPTIONS`; None: the index has it not. The
    simple collation is none."""

    def get(self, name: str) -> Any:
        return next(value for known, value in self.options if known == name)

    def without(self, names: Iterable[str]) -> Normal:
        """As if these options had not been given."""
        dropped = {option.name: option.absent for option in OPTIONS if option.name in names}
        return replace(self, options=tuple((n, dropped.get(n, v)) for n, v in self.options))

    @property
    def unique(self) -> bool:
        return bool(self.get("unique"))

    @property
    def sparse(self) -> bool:
        return bool(self.get("sparse"))

    @property
    def hidden(self) -> bool:
        return bool(self.get("hidden"))

    @property
    def partial(self) -> str | None:
        value: str | None = self.get("partialFilterExpression")
        return value

    @property
    def ttl(self) -> int | float | str | None:
        value: int | float | str | None = self.get("expireAfterSeconds")
        return value

    @property
    def collation(self) -> str | None:
        value: str | None = self.get("collation")
        return value

    @property
    def is_text(self) -> bool:
        return TEXT_KEY in self.keys

    @property
    def is_special(self) -> bool:
        return any(isinstance(kind, str) or "$**" in path for path, kind in self.keys)


def normal_of(spec: IndexSpec, *, collation: Mapping[str, Any] | None = None) -> Normal:
    """`spec` as it would be on a collection with that default collation."""
    kinds = {kind for _, kind in spec.keys if isinstance(kind, str)}
    return Normal(
        keys=_keys(spec.keys),
        options=tuple((option.name, _normal(option, spec, kinds, collation)) for option in OPTIONS),
    )


def normal_live(index: LiveIndex) -> Normal:
    """A listed index. What is listed without a collation has the simple one."""
    return normal_of(read_listing(index.definition))


def read_listing(definition: Mapping[str, Any]) -> IndexSpec:
    """The definition that a server lists, as a specification that would build the same index."""
    options = {
        option.name: _listed(option, definition.get(option.name))
        for option in OPTIONS
        if option.name in definition or option.kind is Kind.COLLATION
    }
    keys: list[Key] = []
    for path, direction in definition["key"].items():
        if path == TEXT_KEY[0] and direction == TEXT:
            keys += [(field, TEXT) for field in options.get("weights") or ()]
        elif path != "_ftsx":
            keys.append((str(path), _direction(direction)))
    return IndexSpec(keys=tuple(keys), name=str(definition.get("name", "")), options=options)


def _listed(option: Option, value: Any) -> Any:
    if option.kind is Kind.COLLATION:
        return value or SIMPLE
    if option.kind is Kind.WEIGHTS:
        return {str(field): int(number(weight)) for field, weight in (value or {}).items()} or None
    return number(value)


def _normal(
    option: Option, spec: IndexSpec, kinds: set[str], collation: Mapping[str, Any] | None
) -> Any:
    """`kinds`: of the special fields of its key."""
    if option.only_with and option.only_with not in kinds:
        return option.absent
    if not option.moot_with.isdisjoint(kinds):
        return option.absent
    value = spec.options.get(option.name, option.default)
    if option.kind is Kind.COLLATION:
        value = effective_collation(spec, collation)
    elif option.kind is Kind.WEIGHTS:
        value = _weights(spec)
    return option.absent if value is None else _FORMS[option.kind](value)


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
        f"{name}: {_show(name, live)} -> {_show(name, wanted)}" for name in differing(live, wanted)
    )


def differing(live: Normal, wanted: Normal) -> tuple[str, ...]:
    """Names of the options that differ, `key` before them."""
    pairs = zip(live.options, wanted.options, strict=True)
    options = (mine[0] for mine, theirs in pairs if mine != theirs)
    return (*(("key",) if live.keys != wanted.keys else ()), *options)


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
    return [["key", normal.keys], *map(list, normal.options)]


def _keys(keys: tuple[Key, ...]) -> tuple[Key, ...]:
    distinct: list[Key] = []
    for path, direction in keys:
        key = TEXT_KEY if direction == TEXT else (path, _direction(direction))
        if not (key == TEXT_KEY and TEXT_KEY in distinct):
            distinct.append(key)
    return tuple(distinct)


def _direction(value: Any) -> Any:
    """1 or -1: MongoDB takes any number but 0 (old tools wrote true and 2.0) and reads its sign."""
    untyped = number(value)
    return untyped if isinstance(untyped, str) else 1 if untyped > 0 else -1


def _weights(spec: IndexSpec) -> dict[str, int]:
    weights = {path: 1 for path, kind in spec.keys if kind == TEXT and path != TEXT_KEY[0]}
    weights |= {field: int(number(weight)) for field, weight in spec.weights.items()}
    return dict(sorted(weights.items()))


def _language(language: str) -> str:
    name = language.lower()
    return _LANGUAGES.get(name, name)


def _ttl(value: Any) -> int | float | str | None:
    seconds = number(value)
    if seconds is None:
        return None
    return "NaN" if seconds != seconds else seconds  # noqa: PLR0124 - only NaN differs from itself


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


def _show(name: str, normal: Normal) -> str:
    if name == "key":
        return describe_keys(normal.keys)
    value = normal.get(name)
    if name == "collation":
        return show_collation(value or "")
    if value is None:
        return "none"
    if name == "partialFilterExpression":
        return conjunct_words(json.loads(value))
    if name == "expireAfterSeconds":
        return expiry_words(value)
    return value if isinstance(value, str) else json.dumps(plain(value), default=str)


_FORMS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.FLAG: truth,
    Kind.SECONDS: _ttl,
    Kind.INTEGER: number,
    Kind.NUMBER: number,
    Kind.WORD: str,
    Kind.LANGUAGE: _language,
    Kind.FILTER: lambda value: _json(normal_filter(value)),
    Kind.PROJECTION: lambda value: _json(normal_projection(value)) if value else None,
    Kind.COLLATION: lambda value: normal_collation(value) or None,
    Kind.WEIGHTS: _json,
    Kind.DOCUMENT: lambda value: canonical(value) if value else None,
}
"""The one form of a value of each kind."""
