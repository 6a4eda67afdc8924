"""Measuring: each query run many times, with an index and without it. Nanoseconds.

With, without, without, with: a drift of the machine over the run falls on both sides alike, and the
index is away only once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.model.explained import NotAnExplainError
from kampyn_perf.indexes.model.live import LiveIndex
from kampyn_perf.indexes.model.normalise import normal_live, read_listing
from kampyn_perf.indexes.model.ports import Database, ServerRefusal
from kampyn_perf.indexes.model.query import Query
from kampyn_perf.indexes.model.server import Engine
from kampyn_perf.indexes.observe.effect import (
    IndexEffect,
    QueryEffect,
    Timing,
    WriteCost,
    point,
    summarise,
)
from kampyn_perf.indexes.observe.isolation import Isolation

Samples = dict[str, list[int] | str]
"""Times by query; a text: why it would not run."""


@dataclass(frozen=True, kw_only=True)
class Measuring:
    """How much is measured, and by which clock."""

    runs: int
    clock: Callable[[], int]
    """Monotonic nanoseconds."""
    writes: int = 0
    """Inserts into a scratch collection, for the cost on writes; 0: not measured."""
    on_tick: Callable[[str], None] = lambda _: None
    """Called between runs with what is being done: progress, and the lock's renewal."""


def measure_index(
    isolated: Isolation,
    collection: str,
    index: LiveIndex,
    queries: Sequence[Query],
    measuring: Measuring,
) -> IndexEffect:
    """The effect of one index that is there and shown. Gives it back whatever happens."""
    name = f"{collection}.{index.name}"
    using = [query for query in queries if _uses(isolated.database, query, index.name)]
    if not using:
        return _costs(
            isolated.database,
            IndexEffect(
                collection=collection, index=index.name, skipped="no declared query uses it"
            ),
            index,
            measuring,
        )
    half = (measuring.runs + 1) // 2
    shown = run_all(isolated.database, using, half, measuring, f"{name}: with it")
    try:
        isolated.hide(collection, index)
        hidden = run_all(isolated.database, using, 2 * half, measuring, f"{name}: without it")
    finally:
        isolated.show(collection, index)
    again = run_all(isolated.database, using, half, measuring, f"{name}: with it, again")
    effect = IndexEffect(
        collection=collection,
        index=index.name,
        queries=tuple(
            QueryEffect(
                query=query,
                before=_timing(hidden[query.name]),
                after=_timing(_joined(shown[query.name], again[query.name])),
            )
            for query in using
        ),
    )
    return _costs(isolated.database, effect, index, measuring)


def run_all(
    database: Database, queries: Iterable[Query], runs: int, measuring: Measuring, label: str
) -> Samples:
    """Every query `runs` times, in turn, after a tenth as many runs that are not counted."""
    samples: Samples = {query.name: [] for query in queries}
    by_name = {query.name: query for query in queries}
    warm_up = max(runs // 10, 1)
    for number in range(-warm_up, runs):
        measuring.on_tick(label)
        for name, query in by_name.items():
            times = samples[name]
            if isinstance(times, str):
                continue
            began = measuring.clock()
            try:
                database.run_query(query)
            except ServerRefusal as refusal:
                samples[name] = refusal.message
                continue
            if number >= 0:
                times.append(measuring.clock() - began)
    return samples


def timings(samples: Samples) -> Mapping[str, Timing]:
    """What `run_all` found, summarised."""
    return {name: _timing(times) for name, times in samples.items()}


def _timing(times: list[int] | str) -> Timing:
    return Timing(failure=times) if isinstance(times, str) else summarise(times)


def _joined(first: list[int] | str, second: list[int] | str) -> list[int] | str:
    if isinstance(first, str) or isinstance(second, str):
        return first if isinstance(first, str) else second
    return first + second


def _uses(database: Database, query: Query, index: str) -> bool:
    try:
        return index in database.explain(query).indexes
    except (ServerRefusal, NotAnExplainError):
        return False


def _costs(
    database: Database, effect: IndexEffect, index: LiveIndex, measuring: Measuring
) -> IndexEffect:
    """`effect` with the index's bytes, and what it adds to an insert."""
    from dataclasses import replace

    writes = None
    if measuring.writes:
        measuring.on_tick(f"{effect.collection}.{effect.index}: inserts")
        try:
            writes = _write_cost(database, effect.collection, index, measuring)
        except ServerRefusal:
            writes = None
    return replace(effect, size_bytes=index.size_bytes, writes=writes)


def _write_cost(
    database: Database, collection: str, index: LiveIndex, measuring: Measuring
) -> WriteCost | None:
    spec = read_listing(index.definition)
    times: dict[bool, list[int]] = {False: [], True: []}
    for with_it in (True, False, False, True):
        specs = [spec] if with_it else []
        times[with_it] += database.time_inserts(collection, specs, measuring.writes // 2 or 1)
    if not times[True] or not times[False]:
        return None
    return WriteCost(without_ns=point(times[False], 0.5), with_ns=point(times[True], 0.5))


def check_measurable(database: Database, collection: str, index: LiveIndex) -> str:
    """Why an index is better left alone, or an empty text."""
    if index.name == "_id_":
        return "every collection has it"
    if normal_live(index).hidden:
        return "is hidden already"
    if index.building:
        return "is being built"
    if database.server.engine is not Engine.SQLITE and not database.server.writable:
        raise KampynError(f"{database.label} takes no writes: it cannot hide {collection} indexes")
    return ""
