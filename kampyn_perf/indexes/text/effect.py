"""Effects as rows, lines and data; and the file of a measurement that a later one is held against.
Pure, but for reading that file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.observe.effect import Change, IndexEffect, Point, QueryEffect, Timing
from kampyn_perf.units import format_duration, format_size

EFFECT_SCHEMA = "kampyn-perf/index-effect"
TIMINGS_SCHEMA = "kampyn-perf/index-timings"
VERSION = 1
COLUMNS = ("query", "collection", "", "P50", "P95", "P99", "change of P50")


def rows(effect: QueryEffect, words: tuple[str, str]) -> Iterator[tuple[str, ...]]:
    """Two lines of the table: `words` name the first and the second timing."""
    change = effect.changes.get("p50")
    factor = effect.factor("p50")
    told = ""
    if change is not None and factor is not None:
        times = f"{factor:.1f}x as fast" if factor >= 1 else f"{1 / factor:.1f}x as slow"
        told = "no change shown" if change is Change.NOT_SHOWN else f"{change.value}, {times}"
    names = (effect.query.name, effect.query.collection)
    yield (*names, words[0], *_cells(effect.before), "")
    yield ("", "", words[1], *_cells(effect.after), told)


def _cells(timing: Timing) -> tuple[str, ...]:
    if timing.failure:
        return (f"fails: {timing.failure}", "", "")
    return tuple(_cell(point) for point in (timing.points or {}).values())


def _cell(point: Point) -> str:
    """`146 µs (144-149)`; an end that the sample cannot give is `?`."""
    value = format_duration(point.value_ns / 1_000)
    unit = value.partition(" ")[2]
    ends = (
        "?" if end is None else format_duration(end / 1_000).removesuffix(f" {unit}")
        for end in (point.low_ns, point.high_ns)
    )
    return f"{value} ({'-'.join(ends)})"


def cost_line(effect: IndexEffect) -> str:
    """Bytes and writes of one index."""
    parts = []
    if effect.size_bytes is not None:
        parts.append(format_size(effect.size_bytes))
    if effect.writes is not None:
        without, with_it = effect.writes.without_ns, effect.writes.with_ns
        sign = "+" if effect.writes.share >= 0 else "-"
        parts.append(
            f"an insert takes {format_duration(with_it.value_ns / 1_000)} with this index alone, "
            f"{format_duration(without.value_ns / 1_000)} without any "
            f"({sign}{abs(effect.writes.share):.0%})"
        )
    return f"{effect.collection}.{effect.index}: {', '.join([*parts, effect.skipped]).strip(', ')}"


def effect_json(effects: Sequence[IndexEffect]) -> dict[str, Any]:
    """The machine form: `kampyn-perf/index-effect`, version 1. Nanoseconds and bytes."""
    return {
        "schema": EFFECT_SCHEMA,
        "version": VERSION,
        "indexes": [
            {
                "collection": effect.collection,
                "index": effect.index,
                "sizeBytes": effect.size_bytes,
                "skipped": effect.skipped or None,
                "writes": None
                if effect.writes is None
                else {
                    "withoutNs": _point(effect.writes.without_ns),
                    "withNs": _point(effect.writes.with_ns),
                },
                "queries": [query_json(query) for query in effect.queries],
            }
            for effect in effects
        ],
    }


def query_json(effect: QueryEffect) -> dict[str, Any]:
    return {
        "query": effect.query.name,
        "collection": effect.query.collection,
        "before": timing_json(effect.before),
        "after": timing_json(effect.after),
        "changes": {name: change.value for name, change in effect.changes.items()},
    }


def timings_json(timings: Mapping[str, Timing], server: str) -> dict[str, Any]:
    """The file of `--record`: `kampyn-perf/index-timings`, version 1."""
    return {
        "schema": TIMINGS_SCHEMA,
        "version": VERSION,
        "server": server,
        "queries": {name: timing_json(timing) for name, timing in timings.items()},
    }


def read_timings(path: Path) -> Mapping[str, Timing]:
    """What `--record` wrote. Raises KampynError for anything else."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != TIMINGS_SCHEMA or data["version"] > VERSION:
            raise ValueError(f"its schema is {data['schema']}, version {data['version']}")
        return {name: _timing(timing) for name, timing in data["queries"].items()}
    except OSError as error:
        raise KampynError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise KampynError(
            f"{path} has no timings: {error}",
            hint="`kampyn-perf indexes effect --record before.json` writes some.",
        ) from error


def timing_json(timing: Timing) -> dict[str, Any]:
    return {
        "runs": timing.runs,
        "failure": timing.failure or None,
        "points": None
        if timing.points is None
        else {name: _point(point) for name, point in timing.points.items()},
    }


def _timing(data: Mapping[str, Any]) -> Timing:
    points = data["points"]
    return Timing(
        runs=int(data["runs"]),
        failure=data["failure"] or "",
        points=None
        if points is None
        else {
            name: Point(value_ns=timing["value"], low_ns=timing["low"], high_ns=timing["high"])
            for name, timing in points.items()
        },
    )


def _point(point: Point) -> dict[str, int | None]:
    return {"value": point.value_ns, "low": point.low_ns, "high": point.high_ns}
