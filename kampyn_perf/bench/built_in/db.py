"""What the suite `db` measures: the backend's store, and the index catalogue's queries on it."""

from __future__ import annotations

import asyncio
import os
import secrets
import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from kampyn_perf import mongo
from kampyn_perf.backend import settings as backend_settings
from kampyn_perf.backend.domain import DOCUMENT_VENDOR, SEEDED_UNTIL, Kind, ShopError
from kampyn_perf.backend.ids import new_id
from kampyn_perf.backend.ports import Store
from kampyn_perf.backend.seeding.store import seed_store
from kampyn_perf.backend.settings import BackendSettings
from kampyn_perf.backend.state import StateFolder
from kampyn_perf.backend.stores.factory import open_store
from kampyn_perf.bench.built_in.db_cleanup import remove_items
from kampyn_perf.bench.built_in.hosts import check_host
from kampyn_perf.bench.request import SuiteSettings
from kampyn_perf.bench.suite import Suite
from kampyn_perf.bench.suites.db import DbParts, Opened, Sample, db_suite
from kampyn_perf.errors import KampynError, UnreachableError
from kampyn_perf.indexes.catalogue.load import read_catalogue, resolved_queries
from kampyn_perf.indexes.engines.opening import open_database
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.ports import BuildOptions, Database, ServerRefusal
from kampyn_perf.indexes.model.query import Query
from kampyn_perf.indexes.model.refusals import refusal_error
from kampyn_perf.redact import redact_url

_MONTH = timedelta(days=30)
_SQLITE = "sqlite:///"
_MONGO = ("mongodb://", "mongodb+srv://")


def make_db(wanted: SuiteSettings) -> Suite:
    """The suite on `--db`, or on an SQLite seeded for it."""
    if wanted.db:
        _check_url(wanted.db, wanted.allow_hosts)
    catalogue, _source = read_catalogue()
    bench = _Bench(wanted, catalogue)
    return db_suite(
        DbParts(
            open=bench.open,
            close=bench.close,
            query_names=[_name(query) for query in catalogue.queries],
            writes=bench.scratch or wanted.allow_writes,
        )
    )


def _check_url(url: str, allowed: Collection[str]) -> None:
    """Raises KampynError (usage) for what is no database that may be measured."""
    check_host(url, allowed, flag="--db")
    if not url.startswith((_SQLITE, *_MONGO)):
        raise KampynError(
            f"--db: not a database: {redact_url(url)}",
            hint="Write mongodb://host:27017/database or sqlite:///path/to/file.db.",
        )
    if url.startswith(_MONGO) and not mongo.default_database(url):
        raise KampynError(
            f"--db: {mongo.label(url)} names no database",
            hint="Write it behind the host: mongodb://host:27017/kampyn",
        )


def _name(query: Query) -> str:
    return f"{query.collection}.{query.name}"


class _NoMetrics:
    """See `backend.ports.QueryMetrics`: here the runner measures."""

    def query(
        self, collection: str, operation: str, seconds: float, detail: object = None
    ) -> None: ...

    def connection_wait(self, pool: str, seconds: float) -> None: ...


class _Bench:
    """What is open, and how it is closed."""

    def __init__(self, wanted: SuiteSettings, catalogue: Catalogue) -> None:
        self.scratch = not wanted.db
        self._wanted = wanted
        self._catalogue = catalogue
        self._settings = backend_settings.load(environ=os.environ, sets=wanted.sets)
        self._stack = ExitStack()
        self._store: Store | None = None
        self._own_uni = f"kampyn-bench-{secrets.token_hex(6)}"
        """The university of items that are inserted, so that they can be told from others."""
        self._url = wanted.db

    async def open(self) -> Opened:
        if self.scratch:
            folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="kampyn-bench-"))
            self._url = await asyncio.to_thread(_seed, self._settings, Path(folder))
        elif self._url.startswith(_SQLITE) and not _sqlite_path(self._url).is_file():
            raise UnreachableError(
                f"there is no database at {_sqlite_path(self._url)}",
                hint="`kampyn-perf backend seed --db ...` makes one.",
            )
        database = open_database(self._url)
        self._stack.callback(database.close)
        facts = self._facts(database)  # asks the server: one that is not there is told here
        store = await self._open_store()
        sample = await self._sample(store)
        if self.scratch:
            _index(database, self._catalogue)
        queries = resolved_queries(self._catalogue, now=sample.end)
        return Opened(
            store=store,
            queries={_name(query): _runner(database, query) for query in queries},
            sample=sample,
            facts=facts,
        )

    async def close(self) -> None:
        if self._store is not None:
            await self._store.close()
        if self._wanted.allow_writes and not self.scratch:
            await asyncio.to_thread(remove_items, self._url, self._own_uni)
        self._stack.close()

    async def _open_store(self) -> Store:
        store = open_store(self._url, self._settings.store, _NoMetrics())
        try:
            await store.open()
            self._store = store
            await store.ping()
        except ShopError as error:
            raise UnreachableError(
                f"{redact_url(self._url)} does not answer: {error.message}",
                hint="Is it running? --db names another one.",
            ) from error
        return store

    async def _sample(self, store: Store) -> Sample:
        """Ids that the data has, and the month before its end."""
        values = self._catalogue.parameters
        uni, vendor = str(values.get("uniId", "")), str(values.get("vendorId", DOCUMENT_VENDOR))
        items, _total = await store.items.page(Kind.RETAIL, uni, skip=0, limit=100)
        if not items:
            raise UnreachableError(
                f"{redact_url(self._url)} has no items of the university {uni!r}",
                hint="Fill it with `kampyn-perf backend seed --db ...`, or put an id that it "
                "has under parameters: in configs/indexes.yaml.",
            )
        now = datetime.now(UTC)
        lately = await store.orders.analytics(vendor, now - _MONTH, now)
        end = now if lately else SEEDED_UNTIL
        return Sample(
            kind=Kind.RETAIL,
            uni_id=uni,
            vendor_id=vendor,
            start=end - _MONTH,
            end=end,
            item_ids=[item["_id"] for item in items],
            new_item=partial(_new_item, self._own_uni, vendor, now),
        )

    def _facts(self, database: Database) -> Mapping[str, Any]:
        facts: dict[str, Any] = {"store": database.label, "server": str(database.server.version)}
        if self.scratch:
            seed = self._settings.seed.model_dump(mode="json")
            facts |= {"store": "a seeded SQLite of its own", "seed": seed}
        return facts


def _seed(settings: BackendSettings, folder: Path) -> str:
    """A new store with the configured data; its URL."""
    store = settings.store.model_copy(update={"url": ""})
    state = StateFolder(folder)
    state.make()
    seed_store(settings.model_copy(update={"store": store}), state)
    return state.store_url("")


def _index(database: Database, catalogue: Catalogue) -> None:
    """Every index of the catalogue that the store did not come with (the text indexes)."""
    for wanted in catalogue.collections:
        for entry in wanted.entries:
            try:
                database.create_indexes(wanted.name, [entry.spec], BuildOptions())
            except ServerRefusal as refusal:
                raise refusal_error(f"cannot index {wanted.name}", refusal) from refusal


def _runner(database: Database, query: Query) -> Callable[[], int]:
    def run() -> int:
        try:
            return database.run_query(query)
        except ServerRefusal as refusal:
            raise refusal_error(f"cannot run {_name(query)}", refusal) from refusal

    return run


def _new_item(uni: str, vendor: str, now: datetime) -> Mapping[str, Any]:
    return {
        "_id": new_id(),
        "name": "Benchmark Wrap",
        "description": "inserted by kampyn-perf bench, and removed at its end",
        "price": 120,
        "image": "/images/bench.webp",
        "type": "meal",
        "uniId": uni,
        "vendorId": vendor,
        "quantity": 10,
        "createdAt": now,
    }


def _sqlite_path(url: str) -> Path:
    return Path(url.removeprefix(_SQLITE).partition("?")[0])
