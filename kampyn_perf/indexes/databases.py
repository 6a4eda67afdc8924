"""Which database each collection of a catalogue lives in, opened once each, and their state."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from types import TracebackType
from typing import Self

from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.catalogue.load import cluster_uri
from kampyn_perf.indexes.engines.opening import open_database
from kampyn_perf.indexes.model.catalogue import DEFAULT_CLUSTER, Catalogue
from kampyn_perf.indexes.model.live import LiveState
from kampyn_perf.indexes.model.ports import Database, ServerRefusal
from kampyn_perf.indexes.model.refusals import refusal_error


class Databases(AbstractContextManager["Databases"]):
    """The databases behind a catalogue, one per URI; closed at the end of the block."""

    def __init__(
        self, *, catalogue: Catalogue, environ: Mapping[str, str] | None = None, uri: str = ""
    ) -> None:
        """By `uri`, or by the variables of `environ` that the catalogue's clusters name."""
        self._catalogue = catalogue
        self._environ = environ or {}
        self._uri = uri
        self._open: dict[tuple[str, str], Database] = {}

    def of(self, collection: str) -> Database:
        """Where `collection`, which the catalogue has, lives."""
        wanted = self._catalogue.collection(collection)
        if wanted is None:
            raise KampynError(f"{collection} is not in {self._catalogue.source}")
        uri = cluster_uri(self._catalogue, wanted, self._environ, self._uri)
        key = (uri, self._catalogue.clusters[wanted.cluster].database)
        if key not in self._open:
            self._open[key] = open_database(*key)
        return self._open[key]

    def anywhere(self, collection: str) -> Database | None:
        """Where `collection` lives, which the catalogue may not have: then, the database that is
        for every collection; None where no such one was given."""
        if self._catalogue.collection(collection) is not None:
            return self.of(collection)
        uri = self._uri or self._environ.get(self._catalogue.clusters[DEFAULT_CLUSTER].variable, "")
        if not uri:
            return None
        key = (uri, self._catalogue.clusters[DEFAULT_CLUSTER].database)
        if key not in self._open:
            self._open[key] = open_database(*key)
        return self._open[key]

    def all(self) -> tuple[Database, ...]:
        """Each database once, in the catalogue's order."""
        databases = [self.of(wanted.name) for wanted in self._catalogue.collections]
        return tuple({id(database): database for database in databases}.values())

    def state(self) -> LiveState:
        """Every collection of the catalogue as it is now. Raises KampynError where a server says
        no, UnreachableError where it says nothing."""
        collections = {}
        for wanted in self._catalogue.collections:
            database = self.of(wanted.name)
            try:
                live = database.read_collection(wanted.name)
            except ServerRefusal as refusal:
                raise refusal_error(f"cannot read {wanted.name}", refusal) from refusal
            collections[wanted.name] = replace(live, place=database.label)
        return LiveState(collections=collections)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        self.close()
        if isinstance(error, ServerRefusal):
            raise refusal_error("the database refuses", error) from error

    def __enter__(self) -> Self:
        return self

    def close(self) -> None:
        """Close what was opened."""
        while self._open:
            self._open.popitem()[1].close()
