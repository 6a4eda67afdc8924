"""What is known of the collections that records are of: from their database, and the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from kampyn_perf.indexes.advise.advice import Advice
from kampyn_perf.indexes.advise.known import Known, KnownIndex, Source
from kampyn_perf.indexes.advise.sql import SQLITE
from kampyn_perf.indexes.apply.preflight import ENTRY_OVERHEAD
from kampyn_perf.indexes.databases import Databases
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection
from kampyn_perf.indexes.model.normalise import normal_live, normal_of, read_listing
from kampyn_perf.indexes.model.ports import Database, Recording, ServerRefusal
from kampyn_perf.indexes.model.refusals import refusal_error

SAMPLE = 200
"""Documents that are looked at for arrays and for the length of keys."""


class KnownIndexes:
    """What is known of collections, each asked about once."""

    def __init__(self, catalogue: Catalogue, databases: Databases | None) -> None:
        self._catalogue = catalogue
        self._databases = databases
        self.notes: list[str] = []

    def known(self, namespace: str) -> Known:
        database_name, _, name = namespace.partition(".")
        wanted = self._catalogue.collection(name)
        declared = tuple(
            KnownIndex(
                name=entry.spec.effective_name,
                normal=normal_of(entry.spec),
                source=Source.CATALOGUE,
            )
            for entry in (wanted.entries if wanted else ())
        )
        arrays = wanted.arrays if wanted else frozenset()
        database = self._database(database_name, name)
        if database is None:
            return Known(indexes=declared, declared=wanted is not None, arrays=arrays)
        return self._live_in(database, name, declared, arrays)

    def _database(self, database_name: str, collection: str) -> Database | None:
        """The database that the records are of, if it is one of those given."""
        database = self._databases.anywhere(collection) if self._databases else None
        if database is None:
            return None
        name = database.name if isinstance(database, Recording) else SQLITE
        if name == database_name:
            return database
        note = f"records are of the database {database_name}, not of {database.label}"
        if note not in self.notes:
            self.notes.append(note)
        return None

    def _live_in(
        self,
        database: Database,
        name: str,
        declared: Sequence[KnownIndex],
        arrays: frozenset[str],
    ) -> Known:
        try:
            live = database.read_collection(name)
            sampled = database.sample_fields(name, SAMPLE) if _has_documents(live) else None
        except ServerRefusal as refusal:
            raise refusal_error(f"cannot read {name}", refusal) from refusal
        if not _has_documents(live):
            self.notes.append(f"{name}: {live.kind.value} in {database.label}")
            return Known(indexes=tuple(declared), declared=bool(declared), arrays=arrays)
        indexes = [
            KnownIndex(name=index.name, normal=normal_live(index), source=Source.LIVE)
            for index in live.indexes
            if not index.building and read_listing(index.definition).keys
        ]
        seen_as_arrays = (
            frozenset(path for path, n in sampled.arrays.items() if n) if sampled else arrays
        )
        return Known(
            indexes=(*indexes, *declared),
            live=True,
            declared=bool(declared),
            arrays=arrays | seen_as_arrays,
            documents=live.documents,
        )

    def with_bytes(self, advice: Advice) -> Advice:
        """With its size, by a sample of documents, where there is somebody to ask."""
        database = self._database(advice.database, advice.collection)
        if database is None:
            return advice
        try:
            live = database.read_collection(advice.collection)
            sizes = database.key_sizes(advice.collection, advice.spec, SAMPLE)
        except ServerRefusal:
            return advice
        if not sizes.sampled or live.documents is None:
            return advice
        size = round(live.documents * (sizes.mean_bytes + ENTRY_OVERHEAD))
        return replace(advice, cost=replace(advice.cost, bytes=size))


def _has_documents(live: LiveCollection) -> bool:
    return live.kind not in (CollectionKind.MISSING, CollectionKind.VIEW)
