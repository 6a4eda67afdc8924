"""Each store, seeded and opened, for one contract suite."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import IndexModel

from kampyn_perf.backend.ports import Step, Store
from kampyn_perf.backend.seeding.load import Seeding, SeedOutcome, seed
from kampyn_perf.backend.store_settings import IndexMode, MongoSettings, StoreSettings, Transactions
from kampyn_perf.backend.stores.factory import open_loader, open_store
from kampyn_perf.backend.stores.mongo import loader
from tests.backend.conftest import CHEAP, SMALL
from tests.backend.stores.seeded import Stores

Check = Callable[[Store], Awaitable[Any]]
SQLITE = pytest.param("sqlite", id="sqlite")
MONGO = pytest.param("mongo", id="mongo", marks=pytest.mark.mongo)
MONGO_TEXT = pytest.param("mongo-text", id="mongo", marks=pytest.mark.mongo)
TRANSACTIONS = pytest.param(
    "mongo-transactions", id="mongo in transactions", marks=pytest.mark.mongo
)
BARE = [
    pytest.param("sqlite-bare", id="sqlite without indexes"),
    pytest.param("mongo-bare", id="mongo without indexes", marks=pytest.mark.mongo),
]
in_transactions_too = pytest.mark.parametrize("case", [SQLITE, MONGO, TRANSACTIONS], indirect=True)
"""For placing orders one at a time: a stand-in's commits that conflict may not be atomic."""
without_indexes_too = pytest.mark.parametrize("case", [SQLITE, MONGO_TEXT, *BARE], indirect=True)
"""For queries that are written differently where an index is missing."""


class Queries(list[tuple[str, str]]):
    """Metrics that remember which queries there were, and what was waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[str] = []

    def query(self, collection: str, operation: str, seconds: float, detail: object = None) -> None:
        assert seconds >= 0
        self.append((collection, operation))

    def connection_wait(self, pool: str, seconds: float) -> None:
        assert seconds >= 0
        self.waits.append(pool)


class Case:
    """One seeded store of one flavour."""

    def __init__(self, url: str, settings: StoreSettings) -> None:
        self.url = url
        self.settings = settings
        self.queries = Queries()

    def seed(self) -> SeedOutcome:
        opened = open_loader(self.url, self.settings)
        try:
            return seed(opened, Seeding(SMALL, CHEAP))
        finally:
            opened.close()

    def insert(self, collection: str, documents: list[dict[str, Any]]) -> None:
        """As seeding does."""
        opened = open_loader(self.url, self.settings)
        try:
            opened.insert(collection, documents)
        finally:
            opened.close()

    def open(self, step: Step = lambda _name: None) -> Store:
        return open_store(self.url, self.settings, self.queries, step=step)

    def run(self, check: Check, *, step: Step = lambda _name: None) -> Any:
        """`check` on the opened store, on an event loop of its own."""

        async def whole() -> Any:
            store = self.open(step)
            await store.open()
            try:
                return await check(store)
            finally:
                await store.close()

        return asyncio.run(whole())


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    made = Stores(tmp_path_factory.mktemp("stores"))
    yield made
    made.close()


@pytest.fixture(params=[SQLITE, MONGO])
def case(
    request: pytest.FixtureRequest,
    stores: Stores,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Case:
    flavour = request.param
    bare = flavour.endswith("bare")
    on = flavour == "mongo-transactions"
    settings = StoreSettings(
        indexes=IndexMode.NONE if bare else IndexMode.DOCUMENTED,
        mongo=MongoSettings(
            transactions=Transactions.ON if on else Transactions.OFF, minPoolSize=0, compressors=()
        ),
    )

    def seed(url: str) -> None:
        assert Case(url, settings).seed() is SeedOutcome.SEEDED

    if flavour.startswith("sqlite"):
        return Case(stores.sqlite(flavour, tmp_path / "shop.db", seed), settings)
    text = "text" in flavour
    if not text:  # not every stand-in has text indexes; search is tested where there are
        monkeypatch.setattr(loader, "INDEXES", _without_text())
    uri = request.getfixturevalue("mongo_text_uri" if text else "mongo_uri")
    return Case(stores.mongo(flavour.removesuffix("-transactions"), uri, seed), settings)


def _without_text() -> dict[str, list[IndexModel]]:
    return {
        collection: [index for index in indexes if "text" not in index.document["key"].values()]
        for collection, indexes in loader.INDEXES.items()
    }
