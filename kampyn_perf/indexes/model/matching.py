"""Which live index each wanted one is, was, or is held up by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kampyn_perf.indexes.model.catalogue import Entry
from kampyn_perf.indexes.model.live import LiveCollection, LiveIndex
from kampyn_perf.indexes.model.normalise import (
    Normal,
    differing,
    normal_live,
    normal_of,
    read_listing,
    same_index,
)
from kampyn_perf.indexes.model.options import OPTIONS
from kampyn_perf.indexes.model.server import Feature, ServerInfo
from kampyn_perf.indexes.model.spec import IndexSpec, Key

BRIDGE_PREFIX = "kampyn_bridge_"
"""Names of indexes that a change builds to stand in for one that must go, and drops at its end.
They are this program's own: the only ones it drops without being given their name."""


_SIGNATURE = frozenset(option.name for option in OPTIONS if option.signature)


class How(StrEnum):
    SAME = "same"
    """The same index, hidden or not."""
    CLASH = "clash"
    """Another form of it, that cannot stand beside it on this server."""
    SAME_KEYS = "same-keys"
    """The same keys with other options; both could stand side by side."""
    NEW = "new"


@dataclass(frozen=True, kw_only=True)
class ReadIndex:
    """A live index, read."""

    index: LiveIndex
    normal: Normal
    spec: IndexSpec

    @property
    def name(self) -> str:
        return self.index.name

    @property
    def is_bridge(self) -> bool:
        return self.name.startswith(BRIDGE_PREFIX)


@dataclass(frozen=True, kw_only=True)
class Match:
    entry: Entry
    normal: Normal
    how: How
    live: ReadIndex | None = None


def read_live(collection: LiveCollection) -> tuple[ReadIndex, ...]:
    """The collection's indexes but the one on `_id`, which nobody made and nobody can drop."""
    return tuple(
        ReadIndex(index=index, normal=normal_live(index), spec=read_listing(index.definition))
        for index in collection.indexes
        if not is_id_key(read_listing(index.definition).keys)
    )


def is_id_key(keys: tuple[Key, ...]) -> bool:
    """Whether this is the key of the index that every collection has. A hashed one is not."""
    return keys == (("_id", 1),)


def clash(a: Normal, b: Normal, server: ServerInfo) -> bool:
    """Whether the server refuses to have both (errors 67 and 85)."""
    if a.is_text and b.is_text:
        return True
    if a.keys != b.keys:
        return False
    if server.has(Feature.ANY_COEXIST):
        return same_index(a, b)
    if server.has(Feature.COLLATION_COEXIST) and a.collation != b.collation:
        return False
    if server.has(Feature.COEXIST):
        return not _SIGNATURE & set(differing(a, b))
    return True


APART = frozenset({"key", "collation", "partialFilterExpression", "wildcardProjection"})
"""What tells two indexes apart for a person and on any server."""


def is_declared_twice(
    first: Entry, first_normal: Normal, other: Entry, other_normal: Normal
) -> bool:
    """Whether two entries are two declarations of one index that do not agree: the same keys, and
    only such options differ as do not tell indexes apart. A driver gives both the same name, so
    that the second is refused (error 86) on any version. Two that have different names are
    meant: a server since 5.0 may have both."""
    differs = set(differing(first_normal, other_normal))
    if differs <= {"hidden"} or differs & APART or first_normal.is_text:
        return False
    return first.spec.effective_name == other.spec.effective_name


def match(
    entries: Sequence[Entry], lives: Sequence[ReadIndex], collection: LiveCollection
) -> tuple[Match, ...]:
    """Every entry with its live index, if any; no live index is given to two entries.

    Exact pairs are made first, so that an entry never takes what is another's.
    """
    free = [index for index in lives if not index.is_bridge]
    normals = [normal_of(entry.spec, collation=collection.collation) for entry in entries]
    results: dict[int, Match] = {}
    for how, fits in _passes(collection.server):
        for position, (entry, normal) in enumerate(zip(entries, normals, strict=True)):
            if position in results:
                continue
            candidates = [index for index in free if fits(index.normal, normal)]
            # Of several, the one of the same name; else the first, as the server lists them.
            candidates.sort(key=lambda index: index.name != entry.spec.effective_name)
            if candidates:
                results[position] = Match(entry=entry, normal=normal, how=how, live=candidates[0])
                free.remove(candidates[0])
    return tuple(
        results.get(position, Match(entry=entry, normal=normals[position], how=How.NEW))
        for position, entry in enumerate(entries)
    )


def _passes(server: ServerInfo) -> tuple[tuple[How, Callable[[Normal, Normal], bool]], ...]:
    return (
        (How.SAME, same_index),
        (How.CLASH, lambda live, wanted: clash(live, wanted, server)),
        (How.SAME_KEYS, lambda live, wanted: live.keys == wanted.keys),
    )
