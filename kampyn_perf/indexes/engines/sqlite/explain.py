"""SQLite's EXPLAIN QUERY PLAN -> what a plan reads, in the words used for MongoDB. Pure.

Source: sqlite.org/eqp.html. A SCAN that names an index walks all of that index in order; an
automatic index is built for the one query, after a full scan. SQLite does not count what it
examined, so for anything but a full scan those figures are unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kampyn_perf.indexes.engines.sqlite.ddl import logical_name
from kampyn_perf.indexes.model.explained import Explained, Reach, Scan

_ACCESS = re.compile(
    r"^(?P<how>SEARCH|SCAN) (?:TABLE )?(?P<table>\S+)"
    r"(?: (?:AS \S+ )?(?:(?P<virtual>VIRTUAL TABLE INDEX)|USING (?P<using>.*)))?"
)
_INDEX = re.compile(r"(?:COVERING )?INDEX (?P<name>\S+)")
_KNOWN = (
    "USE TEMP B-TREE",
    "MULTI-INDEX OR",
    "INDEX ",
    "LIST SUBQUERY",
    "SCALAR SUBQUERY",
    "CORRELATED",
    "CO-ROUTINE",
    "MATERIALIZE",
    "COMPOUND QUERY",
    "LEFT-MOST SUBQUERY",
    "UNION",
    "MERGE",
    "LEFT",
    "RIGHT",
    "REUSE LIST SUBQUERY",
    "CREATE BLOOM FILTER",
    "BLOOM FILTER",
)


def parse_plan(
    details: Sequence[str], *, table: str, text: str, returned: int, documents: int
) -> Explained:
    """What the lines of a query plan say. `text` is the full-text table of `table`, or empty;
    `returned` and `documents` are the rows of the query and of the table."""
    accesses = [match for detail in details if (match := _ACCESS.match(detail))]
    scans = tuple(_scan(match, table, text) for match in accesses)
    if text and any(scan.index for scan in scans):
        # The rows that the full-text table found are fetched by rowid: one way to the documents.
        scans = tuple(scan for scan in scans if scan.reach is not Reach.PRIMARY)
    full = any(scan.reach is Reach.COLLECTION for scan in scans)
    unknown = [
        detail for detail in details if not _ACCESS.match(detail) and not detail.startswith(_KNOWN)
    ]
    return Explained(
        scans=scans,
        in_memory_sort=any("ORDER BY" in detail for detail in details),
        covered=bool(scans) and all("COVERING INDEX" in match[0] for match in accesses),
        returned=returned,
        docs_examined=documents if full else None,
        unknown_stages=tuple(unknown),
    )


def _scan(match: re.Match[str], table: str, text: str) -> Scan:
    how, name, using = match["how"], match["table"], match["using"] or ""
    other = "" if name in (table, text) else name
    if match["virtual"]:
        return Scan(reach=Reach.INDEX, stage=how, index=logical_name(table, name), collection=other)
    if "PRIMARY KEY" in using:
        reach = Reach.PRIMARY if how == "SEARCH" else Reach.COLLECTION
        return Scan(reach=reach, stage=how, collection=other)
    index = _INDEX.search(using)
    if using.startswith("AUTOMATIC") or not index:
        return Scan(reach=Reach.COLLECTION, stage=how, collection=other)
    if index["name"].startswith("sqlite_autoindex_"):
        return Scan(reach=Reach.PRIMARY, stage=how, collection=other)
    return Scan(
        reach=Reach.INDEX, stage=how, index=logical_name(name, index["name"]), collection=other
    )
