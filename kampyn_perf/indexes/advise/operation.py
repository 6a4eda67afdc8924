"""One recorded operation in plain values, and how mongod's log and profiler write it. Pure.

A slow-query line's `attr` (mongod 4.4 and newer, id 51803) and a document of `system.profile` say
the same in nearly the same words: `durationMillis` is `millis` there, `type` is `op`. A `getMore`
has the query it goes on with in `originatingCommand`. Source: mongodb.com/docs/manual/reference
(log-messages, database-profiler).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Document = Mapping[str, Any]


class Kind(StrEnum):
    FIND = "find"
    AGGREGATE = "aggregate"
    COUNT = "count"
    DISTINCT = "distinct"
    UPDATE = "update"
    DELETE = "delete"
    FIND_AND_MODIFY = "findAndModify"
    INSERT = "insert"


_ALSO = {"findandmodify": Kind.FIND_AND_MODIFY, "remove": Kind.DELETE}
_COMMANDS = {kind.value: kind for kind in Kind} | _ALSO
SYSTEM_DATABASES = frozenset({"admin", "config", "local"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One operation, or `count` of the same shape whose figures are sums."""

    database: str
    collection: str
    kind: Kind
    filter: Document
    sort: Document
    pipeline: tuple[Document, ...] = ()
    skip: int = 0
    limit: int = 0
    key: str = ""
    """Of a distinct."""
    collation: Document | None = None
    written: frozenset[str] = frozenset()
    """Fields that an update sets."""
    count: int = 1
    duration_us: int = 0
    keys_examined: int | None = None
    docs_examined: int | None = None
    returned: int | None = None
    plan: str = ""
    """`IXSCAN { vendorId: 1 }`, as the server sums it up; empty: it did not say."""
    sorted_in_memory: bool = False
    sender: str = ""
    """The command's own comment; else the application's name."""
    at: str = ""
    """When it ended, ISO 8601."""
    hinted: bool = False
    """It named the index to use."""
    cut: bool = False
    """The record was too long and the server cut it: the filter is not all of it."""


def operation_of(record: Document) -> Operation | None:
    """What a log line's `attr` or a document of `system.profile` says; None for anything that is no
    query of a collection (a handshake, an index build, a bulk of several statements)."""
    namespace = str(record.get("ns", ""))
    database, _, collection = namespace.partition(".")
    command = record.get("originatingCommand") or record.get("command")
    if not isinstance(command, dict) or database in SYSTEM_DATABASES or not database:
        return None
    kind, named = _kind(record, command)
    collection = named or collection
    if kind is None or not collection or collection.startswith(("$cmd", "system.")):
        return None
    statement = _statement(command, kind)
    if statement is None:
        return None
    return _operation(record, statement, kind, database, collection)


def _kind(record: Document, command: Document) -> tuple[Kind | None, str]:
    """What it is, and the collection that the command names."""
    for name, kind in _COMMANDS.items():
        target = command.get(name)
        if isinstance(target, str):
            return kind, target
    word = str(record.get("type") or record.get("op") or "")
    return _COMMANDS.get(word), ""


def _statement(command: Document, kind: Kind) -> Document | None:
    """The one statement of an update or delete; the command itself for all else."""
    for name in ("updates", "deletes"):
        statements = command.get(name)
        if isinstance(statements, list | tuple):
            statement = statements[0] if len(statements) == 1 else None
            return statement if isinstance(statement, dict) else None
    if kind in (Kind.UPDATE, Kind.DELETE) and "q" not in command:
        return None  # a bulk: its statements are recorded each for itself
    return command


def _operation(
    record: Document, command: Document, kind: Kind, database: str, collection: str
) -> Operation:
    cursor_more = "originatingCommand" in record
    return Operation(
        database=database,
        collection=collection,
        kind=kind,
        filter=_mapping(command.get("filter", command.get("query", command.get("q")))),
        sort=_mapping(command.get("sort")),
        pipeline=_pipeline(command.get("pipeline")),
        skip=0 if cursor_more else _number(command.get("skip")) or 0,
        limit=abs(_number(command.get("limit")) or 0),
        key=str(command.get("key", "")) if kind is Kind.DISTINCT else "",
        collation=collation_of(command.get("collation")),
        written=_written(command.get("u", command.get("update"))),
        duration_us=1_000 * (_number(record.get("durationMillis", record.get("millis"))) or 0),
        keys_examined=_number(record.get("keysExamined")),
        docs_examined=_number(record.get("docsExamined")),
        returned=_returned(record, kind),
        plan=str(record.get("planSummary", "")),
        sorted_in_memory=bool(record.get("hasSortStage")),
        sender=_sender(record, command),
        hinted=bool(command.get("hint")),
        at=_time(record.get("ts")),
        cut="truncated" in record or "$truncated" in command,
    )


def _returned(record: Document, kind: Kind) -> int | None:
    names = {
        Kind.UPDATE: ("nMatched",),
        Kind.DELETE: ("ndeleted",),
        Kind.FIND_AND_MODIFY: ("nMatched", "ndeleted", "nreturned"),
    }.get(kind, ("nreturned",))
    return next((_number(record[name]) for name in names if name in record), None)


def _sender(record: Document, command: Document) -> str:
    comment = command.get("comment")
    if isinstance(comment, dict):
        comment = " ".join(f"{value}" for value in comment.values())
    return str(comment or record.get("appName") or "")[:120]


def _written(change: Any) -> frozenset[str]:
    """The fields of `{$set: {status: ...}}`; of a whole new document, those that it has."""
    if not isinstance(change, dict):
        return frozenset()
    fields: set[str] = set()
    for name, value in change.items():
        if not name.startswith("$"):
            fields.add(name)
        elif isinstance(value, dict):
            fields |= set(map(str, value))
    return frozenset(fields)


def collation_of(value: Any) -> Document | None:
    """A collation; None for what is none."""
    return value if isinstance(value, dict) and isinstance(value.get("locale"), str) else None


def _mapping(value: Any) -> Document:
    return value if isinstance(value, dict) else {}


def _pipeline(value: Any) -> tuple[Document, ...]:
    if isinstance(value, dict):  # an array that the server cut is written as a document
        value = list(value.values())
    return (
        tuple(stage for stage in value if isinstance(stage, dict))
        if isinstance(value, list | tuple)
        else ()
    )


def _number(value: Any) -> int | None:
    if isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    try:
        return None if value is None or isinstance(value, bool) else int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None


def _time(value: Any) -> str:
    if isinstance(value, dict):
        value = value.get("$date", "")
    return value.isoformat() if hasattr(value, "isoformat") else str(value or "")
