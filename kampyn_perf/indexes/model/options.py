"""The options of an index: one row each, by MongoDB's own names.

File schema, reader, writer, differ, renderer, Mongoose import and version check go by these rows,
so a further option is a further row. What only some options have in common, the rules that a server
has about them, is in `limits` and in the adapters. Source of the facts: the defaults of
`createIndexes`, and the signature that `IndexDescriptor::compareIndexOptions` compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kampyn_perf.indexes.model.server import Feature

TEXT = "text"
PLANE = "2d"


class Kind(StrEnum):
    """Which values an option takes; how one is read, compared, shown and written goes by it."""

    FLAG = "flag"
    SECONDS = "seconds"
    INTEGER = "integer"
    NUMBER = "number"
    WORD = "word"
    LANGUAGE = "language"
    FILTER = "filter"
    PROJECTION = "projection"
    COLLATION = "collation"
    WEIGHTS = "weights"
    """A number for each text field; 1 for those that are not named."""
    DOCUMENT = "document"


class InPlace(StrEnum):
    """How collMod changes an option of an index that is there."""

    HIDDEN = "hidden"
    EXPIRY = "expiry"
    UNIQUE = "unique"


@dataclass(frozen=True, kw_only=True)
class Option:
    name: str
    """MongoDB's, and the catalogue's."""
    kind: Kind
    meaning: str
    """In words, for the reference of the catalogue's keys."""
    default: Any = None
    """What a server takes where it is left out."""
    only_with: str = ""
    """The kind of key that it belongs to; other indexes do not have it."""
    moot_with: frozenset[str] = frozenset()
    """The kinds of key on which it means nothing: an index is so, or is not, whatever is asked."""
    least: float | None = None
    most: float | None = None
    signature: bool = False
    """Two indexes of the same keys may differ in it (with Feature.COEXIST)."""
    for_queries: bool = True
    """A query can tell it."""
    needs: Feature | None = None
    """What a server must be able to do; `features_of` says since which version."""
    lacks: str = ""
    """What is said of a server that cannot: `MongoDB 4.2 cannot hide indexes`."""
    in_place: InPlace | None = None
    also: tuple[str, ...] = ()
    """Other names for it that Mongoose takes."""

    @property
    def absent(self) -> Any:
        """Its normal form on an index that does not have it."""
        return False if self.kind is Kind.FLAG else None


OPTIONS: tuple[Option, ...] = (
    Option(
        name="unique",
        kind=Kind.FLAG,
        meaning="No two documents have the same values.",
        signature=True,
        for_queries=False,
        in_place=InPlace.UNIQUE,
    ),
    # Text, 2d and 2dsphere indexes leave out documents without the field by themselves.
    Option(
        name="sparse",
        kind=Kind.FLAG,
        meaning="Documents without the field are left out.",
        signature=True,
        moot_with=frozenset({TEXT, PLANE, "2dsphere"}),
    ),
    Option(
        name="hidden",
        kind=Kind.FLAG,
        meaning="Kept up to date, and used by no query.",
        for_queries=False,
        needs=Feature.HIDE,
        lacks="cannot hide indexes",
        in_place=InPlace.HIDDEN,
    ),
    Option(
        name="partialFilterExpression",
        kind=Kind.FILTER,
        meaning="Only documents that it fits are indexed.",
        signature=True,
    ),
    Option(
        name="expireAfterSeconds",
        kind=Kind.SECONDS,
        meaning="How long after the date in its field a document is deleted.",
        for_queries=False,
        in_place=InPlace.EXPIRY,
        also=("expires",),
    ),
    # Left out: the collection's own default collation, the simple one unless that says otherwise.
    Option(name="collation", kind=Kind.COLLATION, meaning="How texts are compared."),
    Option(
        name="weights",
        kind=Kind.WEIGHTS,
        meaning="How much each field of a text index counts.",
        only_with=TEXT,
    ),
    Option(
        name="default_language",
        kind=Kind.LANGUAGE,
        meaning="Whose stop words and stems a text index knows.",
        default="english",
        only_with=TEXT,
    ),
    Option(
        name="language_override",
        kind=Kind.WORD,
        meaning="The field that names a document's own language.",
        default="language",
        only_with=TEXT,
    ),
    Option(
        name="wildcardProjection",
        kind=Kind.PROJECTION,
        meaning="Fields that a wildcard index has, or has not.",
        signature=True,
    ),
    Option(
        name="bits",
        kind=Kind.INTEGER,
        meaning="The precision of a 2d index.",
        default=26,
        only_with=PLANE,
        least=1,
        most=32,
    ),
    Option(
        name="min",
        kind=Kind.NUMBER,
        meaning="The smallest coordinate of a 2d index.",
        default=-180,
        only_with=PLANE,
    ),
    Option(
        name="max",
        kind=Kind.NUMBER,
        meaning="The greatest coordinate of a 2d index.",
        default=180,
        only_with=PLANE,
    ),
    Option(
        name="storageEngine",
        kind=Kind.DOCUMENT,
        meaning="Options of the storage engine, as it has them.",
        for_queries=False,
    ),
)
