"""Statistics of indexes as rows for a table and as data. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from kampyn_perf.indexes.model.normalise import read_listing
from kampyn_perf.indexes.observe.usage import IndexStats, Use
from kampyn_perf.indexes.text.definitions import describe_spec
from kampyn_perf.units import MICROSECONDS, format_size

STATS_SCHEMA = "kampyn-perf/index-stats"
STATS_VERSION = 1
COLUMNS = ("collection", "index", "definition", "size", "operations", "since", "")


def row(stats: IndexStats) -> tuple[str, ...]:
    """One line of the table, in the order of COLUMNS."""
    size = stats.index.size_bytes
    words = ": ".join(part for part in (stats.use.value, stats.reason) if part)
    if stats.build is not None:
        progress = "" if stats.build.progress is None else f" {stats.build.progress:.0%}"
        words = f"building{progress} {stats.build.phase}".rstrip()
    return (
        stats.collection,
        stats.index.name,
        describe_spec(read_listing(stats.index.definition)),
        "" if size is None else format_size(size),
        _operations(stats),
        _date(stats.since_us),
        words,
    )


def summary(statistics: Iterable[IndexStats]) -> str:
    """What is provably unused, and how to let it go."""
    unused = [f"{s.collection}.{s.index.name}" for s in statistics if s.use is Use.UNUSED]
    if not unused:
        return "Nothing is provably unused."
    flags = " ".join(f"--prune {name}" for name in unused)
    return f"Provably unused: {', '.join(unused)}. To let them go: indexes apply {flags}"


def _operations(stats: IndexStats) -> str:
    """`12,345`; of several nodes `one:27017 12,345; two:27017 0`."""
    if len(stats.uses) > 1:
        return "; ".join(f"{use.node} {use.operations:,}" for use in stats.uses)
    return "" if stats.operations is None else f"{stats.operations:,}"


def stats_json(statistics: Iterable[IndexStats]) -> dict[str, Any]:
    """The machine form: `kampyn-perf/index-stats`, version 1."""
    return {
        "schema": STATS_SCHEMA,
        "version": STATS_VERSION,
        "indexes": [
            {
                "collection": stats.collection,
                "name": stats.index.name,
                "definition": dict(stats.index.definition),
                "sizeBytes": stats.index.size_bytes,
                "use": stats.use.value,
                "reason": stats.reason or None,
                "building": None
                if stats.build is None
                else {"progress": stats.build.progress, "phase": stats.build.phase or None},
                "nodes": [
                    {
                        "node": use.node,
                        "shard": use.shard or None,
                        "operations": use.operations,
                        "since": _date(use.since_us),
                    }
                    for use in stats.uses
                ],
            }
            for stats in statistics
        ],
    }


def _date(unix_us: int | None) -> str:
    if not unix_us:
        return ""
    moment = dt.datetime.fromtimestamp(unix_us / MICROSECONDS, tz=dt.UTC)
    return moment.isoformat(timespec="seconds")
