"""Which indexes SQLite can have, and why not the others. Pure.

What is merely different is said in docs/indexes.md: a UNIQUE index lets several NULLs stand, where
MongoDB takes a missing field for a value.
"""

from __future__ import annotations

from collections.abc import Collection

from kampyn_perf.indexes.engines.sqlite.filters import NoCounterpartError, where
from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection
from kampyn_perf.indexes.model.options import TEXT
from kampyn_perf.indexes.model.spec import IndexSpec

ROWID = "rowid"
_TOKENIZERS = {"english": "porter unicode61", "none": "unicode61"}


def refuses(spec: IndexSpec, live: LiveCollection) -> str:
    """The reason against `spec` on that table, in full words, or an empty text."""
    if live.kind is CollectionKind.MISSING:
        return "there is no such table: `kampyn-perf backend seed` makes the store"
    if live.kind is CollectionKind.VIEW:
        return "is a view: index the table that it reads from"
    reason = no_counterpart(spec, live.fields)
    return f"SQLite has no counterpart of {reason}" if reason else ""


def no_counterpart(spec: IndexSpec, columns: Collection[str] | None = None) -> str:
    """Why `spec` cannot be had in SQLite, or an empty text.

    `columns` are the table's own, with "rowid" among them if it has one; None: not known.
    """
    reasons = {
        "a TTL: SQLite expires nothing": spec.ttl_seconds is not None,
        "hidden: SQLite cannot hide an index": spec.hidden,
        "a collation: SQLite has no linguistic ones": _has_collation(spec),
        "wildcard fields: a table's columns are fixed": spec.is_wildcard,
        "a hashed key: an ordinary index serves equality": spec.is_hashed,
        "a geospatial key: SQLite's rtree is another kind of table": any(
            str(kind).startswith("2d") for _, kind in spec.keys
        ),
        "storage options: SQLite has none": "storageEngine" in spec.options,
    }
    reason = next((reason for reason, is_so in reasons.items() if is_so), "")
    if not reason and any("." in path for path in spec.fields):
        reason = "a field inside another: a column has nothing inside"
    reason = reason or (_text_reason(spec) if spec.is_text else _partial_reason(spec))
    return reason or (_column_reason(spec, columns) if columns is not None else "")


def _column_reason(spec: IndexSpec, columns: Collection[str]) -> str:
    missing = [path for path in spec.fields if path not in columns]
    if missing:
        return f"{', '.join(missing)}: the table has no such column"
    if spec.is_text and ROWID not in columns:
        return "text of a table WITHOUT ROWID: FTS5 finds rows by their rowid"
    return ""


def tokenizer_of(spec: IndexSpec) -> str:
    """FTS5's tokenizer for the language of a text index that has a counterpart."""
    return _TOKENIZERS[_language(spec.options.get("default_language", "english").lower())]


def _has_collation(spec: IndexSpec) -> bool:
    return bool(spec.collation) and (spec.collation or {}).get("locale") != "simple"


def _text_reason(spec: IndexSpec) -> str:
    language = spec.options.get("default_language", "english").lower()
    if any(kind != TEXT for _, kind in spec.keys):
        return "text beside other keys: FTS5 indexes text alone"
    if any(weight != 1 for weight in spec.weights.values()):
        return "weights of a text index: FTS5 takes them with the query, not with the index"
    if _language(language) not in _TOKENIZERS:
        return f"text in {language}: FTS5 stems English only"
    if spec.options.get("language_override", "language") != "language":
        return "language_override: FTS5 has one language per index"
    if spec.unique or spec.sparse or spec.partial is not None:
        return "a unique, sparse or partial text index: an FTS5 table holds every row"
    return ""


def _partial_reason(spec: IndexSpec) -> str:
    if spec.partial is None:
        return ""
    try:
        where(spec.partial)
    except NoCounterpartError as error:
        return f"its partial filter: {error}"
    return ""


def _language(language: str) -> str:
    return {"en": "english"}.get(language, language)
