"""What is live and not in the catalogue, taken into it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from kampyn_perf.indexes.catalogue.from_database import catalogue_of
from kampyn_perf.indexes.databases import Databases
from kampyn_perf.indexes.model.catalogue import DEFAULT_CLUSTER, Catalogue, WantedCollection
from kampyn_perf.indexes.model.facts import UseReport
from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection
from kampyn_perf.indexes.model.matching import How, match, read_live
from kampyn_perf.indexes.model.ports import Database, ServerRefusal
from kampyn_perf.indexes.model.refusals import refusal_error
from kampyn_perf.units import MICROSECONDS


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """The parts to put into the catalogue, and what was not taken."""

    parts: tuple[WantedCollection, ...]
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        return sum(len(part.entries) for part in self.parts)


def adopt(
    catalogue: Catalogue, databases: Databases, *, only: Collection[str] = (), today: dt.date
) -> Adopted:
    """Every live index that no entry is, with its use on each node since when as the reason; also
    of collections that the catalogue does not have, in the databases that it reaches."""
    parts: list[WantedCollection] = []
    notes: list[str] = []
    for cluster, database in _places(catalogue, databases):
        try:
            for name in sorted(database.collection_names()):
                if only and name not in only:
                    continue
                known = catalogue.collection(name)
                if known is not None and databases.of(name) is not database:
                    continue
                part = known or WantedCollection(name=name, cluster=cluster)
                parts += _adopted(part, database, notes, today)
        except ServerRefusal as refusal:
            raise refusal_error(f"cannot read {database.label}", refusal) from refusal
    order = {part.name: place for place, part in enumerate(catalogue.collections)}
    parts.sort(key=lambda part: (order.get(part.name, len(order)), part.name))
    return Adopted(parts=tuple(parts), notes=tuple(notes))


def _places(catalogue: Catalogue, databases: Databases) -> Sequence[tuple[str, Database]]:
    """Each database once, with the cluster that its unknown collections get."""
    places: dict[int, tuple[str, Database]] = {}
    default = databases.anywhere("")
    if default is not None:
        places[id(default)] = (DEFAULT_CLUSTER, default)
    for part in catalogue.collections:
        database = databases.of(part.name)
        places.setdefault(id(database), (part.cluster, database))
    return tuple(places.values())


def _adopted(
    known: WantedCollection, database: Database, notes: list[str], today: dt.date
) -> list[WantedCollection]:
    live = database.read_collection(known.name)
    if live.kind is CollectionKind.VIEW:
        return []
    free = _free(known, live, notes)
    entries = {
        entry.spec.effective_name: entry
        for part in catalogue_of([(known.cluster, live)]).collections
        for entry in part.entries
    }
    report = _use(database, known.name)
    taken = tuple(
        replace(entries[name], reason=_reason(name, report, today))
        for name in free
        if name in entries
    )
    if not taken:
        return []
    return [WantedCollection(name=known.name, cluster=known.cluster, entries=taken)]


def _free(known: WantedCollection, live: LiveCollection, notes: list[str]) -> list[str]:
    """Names of the live indexes that no entry is, was or stands in the way of."""
    lives = read_live(live)
    matches = match(known.entries, lives, live)
    taken = {matched.live.name for matched in matches if matched.live is not None}
    notes += [
        f"{known.name}.{matched.live.name} is in the catalogue in another form: see `indexes plan`"
        for matched in matches
        if matched.live is not None and matched.how is not How.SAME
    ]
    return [index.name for index in lives if index.name not in taken and not index.is_bridge]


def _use(database: Database, collection: str) -> UseReport:
    try:
        return database.index_use(collection)
    except ServerRefusal as refusal:
        return UseReport(unasked=(refusal.message,))


def _reason(name: str, report: UseReport, today: dt.date) -> str:
    """`adopted on 2026-11-28; used 12,034 times on one:27017 since 2026-10-01, ...`."""
    parts = [f"adopted on {today.isoformat()}"]
    for use in report.uses:
        if use.index == name:
            since = "when it does not say" if use.since_us is None else _day(use.since_us)
            parts.append(f"used {use.operations:,} times on {use.node} since {since}")
    if not report.supported:
        parts.append("this engine does not count its use")
    parts += [f"not asked: {node}" for node in report.unasked]
    return "; ".join(parts)


def _day(unix_us: int) -> str:
    return dt.datetime.fromtimestamp(unix_us / MICROSECONDS, tz=dt.UTC).date().isoformat()
