"""What indexes do to the declared queries: measured with each index and without it, or before a
change and after it. Nanoseconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.apply.journal import Journaler
from kampyn_perf.indexes.apply.locking import Locks
from kampyn_perf.indexes.databases import Databases
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.ports import BuildOptions, Database, ServerRefusal
from kampyn_perf.indexes.model.query import Query
from kampyn_perf.indexes.model.server import Topology
from kampyn_perf.indexes.observe import isolation
from kampyn_perf.indexes.observe.effect import ACROSS_RUNS, IndexEffect, QueryEffect, Timing
from kampyn_perf.indexes.observe.isolation import Isolation, isolate, left_hidden
from kampyn_perf.indexes.observe.measure import (
    Measuring,
    check_measurable,
    measure_index,
    run_all,
    timings,
)
from kampyn_perf.indexes.service.run import (
    JOURNAL_ENTRIES,
    journaler_of,
    monotonic_us,
    owner_of,
)


class EffectObserver:
    """What may be watched of a measurement, and stopped. As it is: nothing shown, all confirmed."""

    def confirm(self, places: Sequence[str]) -> None:
        """Raises KampynError where the indexes of these live databases are not to be hidden."""

    def noted(self, text: str) -> None:
        """Something that a person should know."""

    def measuring(self) -> AbstractContextManager[object]:
        """Entered while it is measured."""
        return nullcontext()

    def doing(self, label: str) -> None:
        """What is measured now; called often."""


@dataclass(frozen=True, kw_only=True)
class EffectRequest:
    catalogue: Catalogue
    queries: Sequence[Query]
    """Declared ones, their placeholders filled."""
    names: Sequence[tuple[str, str]] = ()
    """Indexes (collection, name) to measure; empty: all that can be."""
    runs: int = 200
    writes: int = 200
    """Inserts for the cost on writes; 0: none."""


@dataclass(frozen=True, kw_only=True)
class QueryTimings:
    """Every query as things are: by `collection.query`, and where that was."""

    timings: Mapping[str, Timing]
    server: str


def effect(
    request: EffectRequest, databases: Databases, observer: EffectObserver | None = None
) -> list[IndexEffect]:
    """Each index by itself: with it, and without. Whatever happens, the indexes are as they were
    found; what a kill leaves hidden the next run shows again."""
    watch = observer or EffectObserver()
    live = [db.label for db in databases.all() if db.server.topology is not Topology.EMBEDDED]
    if live:
        watch.confirm(live)
    effects: list[IndexEffect] = []
    for database in databases.all():
        names = {c.name for c in request.catalogue.collections if databases.of(c.name) is database}
        chosen = [pair for pair in request.names if pair[0] in names]
        if chosen or not request.names:
            effects += _Measurement(database, request, names, chosen, watch).run()
    return effects


def time_queries(
    queries: Sequence[Query],
    databases: Databases,
    *,
    runs: int = 200,
    observer: EffectObserver | None = None,
) -> QueryTimings:
    """Every query as things are, hiding nothing."""
    watch = observer or EffectObserver()
    measuring = Measuring(runs=runs, clock=time.perf_counter_ns, on_tick=watch.doing)
    times: dict[str, Timing] = {}
    labels = []
    with watch.measuring():
        for database in databases.all():
            mine = [
                query
                for query in queries
                if databases.of(query.collection) is database and not query.kind.writes
            ]
            labels.append(database.label)
            for name in dict.fromkeys(query.collection for query in mine):
                part = [query for query in mine if query.collection == name]
                samples = run_all(database, part, runs, measuring, name)
                times |= {f"{name}.{key}": value for key, value in timings(samples).items()}
    return QueryTimings(timings=times, server=", ".join(labels))


def compare(
    queries: Sequence[Query], before: Mapping[str, Timing], now: Mapping[str, Timing]
) -> list[QueryEffect]:
    """Two measurements at two times, of the queries that both have."""
    return [
        QueryEffect(query=query, before=before[key], after=now[key], margin=ACROSS_RUNS)
        for query in queries
        if (key := f"{query.collection}.{query.name}") in before
    ]


def restore(databases: Databases) -> list[str]:
    """Show again what killed measurements left hidden, and nothing else; which indexes those
    were."""
    return [name for database in databases.all() for name in _restored(database)]


def _restored(database: Database) -> tuple[str, ...]:
    """Without a write where nothing was left hidden."""
    if database.server.topology is Topology.EMBEDDED:
        return ()
    if not left_hidden(database.read_journal(JOURNAL_ENTRIES)):
        return ()
    journaler = journaler_of("effect")
    with _locks(database, journaler):
        return isolation.restore(database, database.read_journal(JOURNAL_ENTRIES), journaler)


def _locks(database: Database, journaler: Journaler) -> Locks:
    """None on a copy, which nobody else uses."""
    embedded = database.server.topology is Topology.EMBEDDED
    owner = owner_of(journaler, "effect")
    return Locks(databases=[] if embedded else [database], owner=owner, clock=monotonic_us)


@dataclass(frozen=True)
class _Measurement:
    """The measurement of one database's indexes."""

    database: Database
    request: EffectRequest
    collections: set[str]
    chosen: Sequence[tuple[str, str]]
    watch: EffectObserver

    def run(self) -> list[IndexEffect]:
        journaler = journaler_of("effect")
        locks = _locks(self.database, journaler)
        with locks, isolate(self.database, journaler) as isolated, self.watch.measuring():
            if self.database.server.topology is Topology.EMBEDDED:
                self._build_missing(isolated)
            else:
                self._restore(journaler)
            measuring = Measuring(
                runs=self.request.runs,
                clock=time.perf_counter_ns,
                writes=self.request.writes,
                on_tick=_ticking(locks.keep, self.watch.doing),
            )
            return list(self._indexes(isolated, measuring))

    def _indexes(self, isolated: Isolation, measuring: Measuring) -> Iterator[IndexEffect]:
        for collection in sorted(self.collections):
            live = isolated.database.read_collection(collection)
            queries = [
                query
                for query in self.request.queries
                if query.collection == collection and not query.kind.writes
            ]
            self._check_known(collection, {index.name for index in live.indexes})
            for index in live.indexes:
                if self.chosen and (collection, index.name) not in self.chosen:
                    continue
                reason = check_measurable(isolated.database, collection, index)
                if not reason:
                    yield measure_index(isolated, collection, index, queries, measuring)
                elif self.chosen:
                    yield IndexEffect(collection=collection, index=index.name, skipped=reason)

    def _check_known(self, collection: str, known: set[str]) -> None:
        for _, name in (pair for pair in self.chosen if pair[0] == collection):
            if name not in known:
                raise KampynError(
                    f"there is no index {collection}.{name}",
                    hint=f"There are: {', '.join(sorted(known)) or 'none'}.",
                )

    def _build_missing(self, isolated: Isolation) -> None:
        """On a copy: the catalogue's indexes that are not there yet, so that their effect is known
        before they are built."""
        for part in self.request.catalogue.collections:
            for entry in part.entries if part.name in self.collections else ():
                try:
                    isolated.database.create_indexes(part.name, [entry.spec], BuildOptions())
                except ServerRefusal as refusal:
                    name = f"{part.name}.{entry.spec.effective_name}"
                    self.watch.noted(f"{name}: not measured: {refusal.message}")

    def _restore(self, journaler: Journaler) -> None:
        entries = self.database.read_journal(JOURNAL_ENTRIES)
        for name in isolation.restore(self.database, entries, journaler):
            self.watch.noted(
                f"{name}: shown again; a measurement that was killed had left it hidden"
            )


def _ticking(keep: Callable[[], None], doing: Callable[[str], None]) -> Callable[[str], None]:
    def tick(label: str) -> None:
        keep()
        doing(label)

    return tick
