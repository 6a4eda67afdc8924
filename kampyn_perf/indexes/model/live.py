"""What an adapter reports of a database: its collections, and their indexes as listed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kampyn_perf.indexes.model.server import ServerInfo
from kampyn_perf.indexes.model.spec import IndexSpec


class CollectionKind(StrEnum):
    NORMAL = "normal"
    VIEW = "view"
    CAPPED = "capped"
    TIMESERIES = "timeseries"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class LiveIndex:
    """One index as the server lists it."""

    definition: Mapping[str, Any]
    """listIndexes' own document (`v`, `key`, `name`, options), in plain values: the order of `key`
    kept, BSON types as extended JSON. An adapter of another engine writes the same words."""
    size_bytes: int | None = None
    building: bool = False
    """Not usable yet: its build is running."""

    @property
    def name(self) -> str:
        return str(self.definition["name"])


@dataclass(frozen=True, kw_only=True)
class LiveCollection:
    """One collection as it is now."""

    name: str
    server: ServerInfo
    kind: CollectionKind = CollectionKind.NORMAL
    indexes: tuple[LiveIndex, ...] = ()
    """All of them, `_id_` included where the engine lists it."""
    collation: Mapping[str, Any] | None = None
    """The collection's default collation, which its indexes inherit; None is the simple one."""
    timeseries: Mapping[str, Any] | None = None
    """timeField and metaField of a time-series collection."""
    shard_key: Mapping[str, Any] | None = None
    documents: int | None = None
    size_bytes: int | None = None
    fields: frozenset[str] | None = None
    """The columns of an engine that has fixed ones (and `rowid`, where there is one)."""
    refuses: Callable[[IndexSpec, LiveCollection], str] | None = field(default=None, compare=False)
    """The engine's reason against a definition, or an empty text; None: MongoDB's own rules, which
    the planner knows."""
    place: str = ""
    """The database it was read from, without secrets; for people, not part of the state."""


@dataclass(frozen=True, kw_only=True)
class LiveState:
    """The collections that were asked about, by name, whichever cluster they live on."""

    collections: Mapping[str, LiveCollection] = field(default_factory=dict)
