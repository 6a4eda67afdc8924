"""Slow operations in the lines of a log: mongod's (4.4 and newer) and the reference backend's.

Lines are read one by one and forgotten. What carried a log here may have put something before each
line (syslog, Kubernetes) or the line into a string (Docker): both are undone. Sources:
mongodb.com/docs/manual/reference/log-messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from kampyn_perf.indexes.advise.operation import Operation, operation_of
from kampyn_perf.indexes.advise.sql import operation_of_sql

_SLOW = b"Slow query"
_BEGINS = (b'{"t":{"$date"', b'{"t": {"$date"')
_DOCKER = b'{"log":'
_BACKEND = re.compile(
    rb"^(?P<at>\S+Z) .*?Slow query: (?P<collection>[^.\s]+)\.(?P<kind>\w+) - (?P<ms>\d+) ms"
    rb"(?: (?P<detail>\{.*\}))?\s*$"
)


@dataclass
class LogReader:
    """Reads lines, and counts what it met."""

    lines: int = 0
    slow: int = 0
    """Lines about a slow operation."""
    unread: int = 0
    """Slow ones that are no query of a collection, or that nobody could read."""
    old: bool = False
    """A line of a mongod before 4.4 was met: those are not JSON."""

    def read(self, lines: Iterable[bytes]) -> Iterator[Operation]:
        for line in lines:
            self.lines += 1
            if _SLOW not in line:
                self.old = self.old or _is_old(line)
                continue
            self.slow += 1
            operation = _operation(line)
            if operation is None:
                self.unread += 1
            else:
                yield operation


def _operation(line: bytes) -> Operation | None:
    backend = _BACKEND.match(line)
    if backend:
        return operation_of_sql(
            collection=backend["collection"].decode(errors="replace"),
            at=backend["at"].decode(errors="replace"),
            duration_us=int(backend["ms"]) * 1_000,
            detail=_json(backend["detail"] or b"") or {},
        )
    record = _record(line)
    attributes = record.get("attr") if record else None
    if record is None or record.get("msg") != "Slow query" or not isinstance(attributes, dict):
        return None
    cut = {"truncated": record["truncated"]} if "truncated" in record else {}
    return operation_of({**attributes, **cut, "ts": record.get("t")})


def _record(line: bytes) -> Mapping[str, Any] | None:
    """The JSON document of a line, whatever carried it."""
    stripped = line.lstrip()
    if stripped.startswith(_DOCKER):
        outer = _json(stripped)
        inner = outer.get("log") if outer else None
        return _json(inner.encode()) if isinstance(inner, str) else None
    starts = [place for begin in _BEGINS if (place := line.find(begin)) >= 0]
    return _json(line[min(starts) :]) if starts else None


def _json(data: bytes) -> Mapping[str, Any] | None:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


_OLD = re.compile(rb"^\d{4}-\d\d-\d\dT\S+ [IWED] +[A-Z]+ +\[")


def _is_old(line: bytes) -> bool:
    return bool(_OLD.match(line))
