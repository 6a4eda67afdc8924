"""An index definition as SQLite's statements. Pure.

Names are unique in a whole file, so that of an index has its table's before it: `users_email_1`.
A text index is an FTS5 table over the columns of its own table (external content: no text is kept
twice), which three triggers keep in step.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from kampyn_perf.indexes.engines.sqlite.counterparts import tokenizer_of
from kampyn_perf.indexes.engines.sqlite.filters import column, where
from kampyn_perf.indexes.engines.sqlite.literals import quoted
from kampyn_perf.indexes.model.spec import IndexSpec

NOTE = "kampyn:"
"""Opens the comment inside a statement that keeps what SQL cannot say back: SQLite stores the text
of a CREATE statement, comments and all."""
TRIGGERS = ("ai", "ad", "au")
"""After insert, after delete, after update."""


def physical_name(table: str, name: str) -> str:
    return f"{table}_{name}"


def logical_name(table: str, name: str) -> str:
    """The catalogue's name of an index that the file calls `name`."""
    return name.removeprefix(f"{table}_")


def create_statements(table: str, spec: IndexSpec) -> Iterator[str]:
    """What builds `spec`, which has a counterpart."""
    name = physical_name(table, spec.effective_name)
    if spec.is_text:
        yield from _text_statements(table, name, spec)
        return
    keys = ", ".join(
        f"{column(path)}{' DESC' if _descends(kind) else ''}" for path, kind in spec.keys
    )
    condition = _condition(spec)
    note = f" /*{NOTE}{_note(spec)}*/" if condition else ""
    unique = "UNIQUE " if spec.unique else ""
    yield (
        f"CREATE {unique}INDEX {quoted(name)} ON {quoted(table)}{note} ({keys})"
        + (f" WHERE {condition}" if condition else "")
    )


def _descends(kind: Any) -> bool:
    return isinstance(kind, int | float) and kind < 0


def _condition(spec: IndexSpec) -> str:
    """Sparse: rows that have any of the fields, as MongoDB has it."""
    if spec.partial is not None:
        return where(spec.partial)
    if spec.sparse:
        return " OR ".join(f"{column(path)} IS NOT NULL" for path in spec.fields)
    return ""


def _note(spec: IndexSpec) -> str:
    kept: Mapping[str, Any] = (
        {"partialFilterExpression": spec.partial} if spec.partial is not None else {"sparse": True}
    )
    return json.dumps(kept, separators=(",", ":")).replace("*/", "*\\/")


def _text_statements(table: str, name: str, spec: IndexSpec) -> Iterator[str]:
    columns = ", ".join(map(quoted, spec.fields))
    tokenizer = tokenizer_of(spec)
    fts, source = quoted(name), quoted(table)
    new = ", ".join(f"new.{quoted(path)}" for path in spec.fields)
    old = ", ".join(f"old.{quoted(path)}" for path in spec.fields)
    insert = f"INSERT INTO {fts} (rowid, {columns}) VALUES (new.rowid, {new});"
    delete = f"INSERT INTO {fts} ({fts}, rowid, {columns}) VALUES ('delete', old.rowid, {old});"
    yield (
        f"CREATE VIRTUAL TABLE {fts} USING fts5({columns}, content={source},"
        f" tokenize='{tokenizer}')"
    )
    for suffix, event, body in (
        ("ai", "INSERT", insert),
        ("ad", "DELETE", delete),
        ("au", f"UPDATE OF {columns}", f"{delete} {insert}"),
    ):
        trigger = quoted(f"{name}_{suffix}")
        yield f"CREATE TRIGGER {trigger} AFTER {event} ON {source} BEGIN {body} END"
    yield f"INSERT INTO {fts} ({fts}) VALUES ('rebuild')"


def drop_statements(name: str, *, text: bool) -> Iterator[str]:
    """What takes an index away, by its name in the file."""
    if not text:
        yield f"DROP INDEX {quoted(name)}"
        return
    yield from (f"DROP TRIGGER IF EXISTS {quoted(f'{name}_{suffix}')}" for suffix in TRIGGERS)
    yield f"DROP TABLE {quoted(name)}"
