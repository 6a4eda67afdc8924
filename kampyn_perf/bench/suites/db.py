"""Each hot query: those that the index catalogue declares, and the document's own operations.

Catalogue queries run through the index tools' adapter, the others through the backend's store:
what is measured is what runs in production, driver and all. Cursors are read to their end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from kampyn_perf.bench.declare import Case, build
from kampyn_perf.bench.suite import Facts, Suite
from kampyn_perf.errors import KampynError


class Items(Protocol):
    """The catalogue of the shop, as far as it is measured."""

    async def page(self, kind: Any, uni_id: str, *, skip: int, limit: int) -> Any: ...
    async def page_after(
        self, kind: Any, uni_id: str, *, after: Any, limit: int
    ) -> list[tuple[Any, Any]]: ...
    async def add_stock(
        self, kind: Any, updates: Sequence[Mapping[str, Any]], vendor_id: str | None
    ) -> Any:
        """Answers with `done` and `rejected`."""

    async def insert(self, kind: Any, items: Sequence[Mapping[str, Any]]) -> Any:
        """Answers with `done` and `rejected`."""


class Orders(Protocol):
    """The orders, as far as they are measured."""

    async def analytics(self, vendor_id: str, start: datetime, end: datetime) -> list[Any]: ...
    def stream(
        self, *, vendor_id: str | None = None, limit: int = 0, batch: int = 1000
    ) -> AsyncIterator[list[Any]]: ...


class Store(Protocol):
    """The backend's store."""

    @property
    def items(self) -> Items: ...
    @property
    def orders(self) -> Orders: ...


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Ids and dates that the data has."""

    kind: Any
    uni_id: str
    vendor_id: str
    start: datetime
    end: datetime
    item_ids: Sequence[str]
    """Of `kind`; bulk updates go round them."""
    new_item: Callable[[], Mapping[str, Any]]
    """One that is not there yet, of a university of its own."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The database, ready."""

    store: Store
    queries: Mapping[str, Callable[[], int]]
    """By the names that `query_names` had: run, and answer how many documents came."""
    sample: Sample
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class DbParts:
    """How to reach the database. `open` raises UnreachableError where it is not there."""

    open: Callable[[], Awaitable[Opened]]
    close: Callable[[], Awaitable[None]]
    query_names: Sequence[str]
    """`orders.pending-orders`, as the catalogue declares them."""
    writes: bool
    """Whether bulk updates and inserts may be done."""


class _Held:
    """What stands between `open` and `close`."""

    opened: Opened | None = None

    @property
    def now(self) -> Opened:
        assert self.opened is not None  # noqa: S101 - cases run between open and close
        return self.opened


def db_suite(parts: DbParts) -> Suite:
    """Cases `db.<collection>.<query>` of the catalogue, `db.analytics`, `db.page`, `db.cursor`,
    `db.stream`, and, with writes, `db.bulk_update` and `db.bulk_insert`.
    """
    held = _Held()

    async def open_() -> Facts:
        held.opened = await parts.open()
        returned = {name: _returned(run) for name, run in held.opened.queries.items()}
        return {**held.opened.facts, "documents returned": returned}

    return Suite(
        name="db",
        cases=(
            *(_query(held, name) for name in parts.query_names),
            *_reads(held),
            *(_writes(held) if parts.writes else ()),
        ),
        open=open_,
        close=parts.close,
    )


def _returned(run: Callable[[], int]) -> int | str:
    """How many documents a query gives, or why it cannot be run: its case will fail with that."""
    try:
        return run()
    except KampynError as error:
        return error.message


def _query(held: _Held, name: str) -> Case:
    def run(query: Callable[[], int]) -> None:
        query()

    return build(run, f"db.{name}", setup=lambda: held.now.queries[name])


def _reads(held: _Held) -> Sequence[Case]:
    async def analytics(opened: Opened) -> None:
        at = opened.sample
        await opened.store.orders.analytics(at.vendor_id, at.start, at.end)

    async def page(opened: Opened, page: int) -> None:
        at = opened.sample
        await opened.store.items.page(at.kind, at.uni_id, skip=(page - 1) * 20, limit=20)

    async def place(page: int) -> Any:
        """The cursor behind the page before; the walk to it is not measured."""
        at, after = held.now.sample, None
        for _ in range(page - 1):
            page_items = await held.now.store.items.page_after(
                at.kind, at.uni_id, after=after, limit=20
            )
            if not page_items:
                break
            after = page_items[-1][1]
        return after

    async def cursor(after: Any) -> None:
        at = held.now.sample
        await held.now.store.items.page_after(at.kind, at.uni_id, after=after, limit=20)

    async def stream(opened: Opened, limit: int) -> None:
        async for _batch in opened.store.orders.stream(limit=limit, batch=1000):
            pass

    def opened() -> Opened:
        return held.now

    return (
        build(analytics, "db.analytics", setup=opened),
        build(page, "db.page", setup=opened, params={"page": (1, 8)}),
        build(cursor, "db.cursor", setup=place, params={"page": (1, 8)}),
        build(stream, "db.stream", setup=opened, params={"limit": (1000,)}),
    )


def _writes(held: _Held) -> Sequence[Case]:
    async def bulk_update(updates: Sequence[Mapping[str, Any]]) -> None:
        done = await held.now.store.items.add_stock(held.now.sample.kind, updates, None)
        _all_done(done, len(updates))

    async def bulk_insert(items: Sequence[Mapping[str, Any]]) -> None:
        done = await held.now.store.items.insert(held.now.sample.kind, items)
        _all_done(done, len(items))

    async def put_back(updates: Sequence[Mapping[str, Any]]) -> None:
        back = [{**update, "quantity": -update["quantity"]} for update in updates]
        await held.now.store.items.add_stock(held.now.sample.kind, back, None)

    def updates(size: int) -> Sequence[Mapping[str, Any]]:
        ids = held.now.sample.item_ids
        return [{"itemId": ids[n % len(ids)], "quantity": 1} for n in range(size)]

    def items(size: int) -> Sequence[Mapping[str, Any]]:
        return [held.now.sample.new_item() for _ in range(size)]

    sizes = {"size": (10, 100)}
    return (
        build(
            bulk_update,
            "db.bulk_update",
            setup_each=updates,
            teardown_each=put_back,
            params=sizes,
        ),
        build(bulk_insert, "db.bulk_insert", setup_each=items, params=sizes),
    )


def _all_done(result: Any, wanted: int) -> None:
    if result.done != wanted:
        first = result.rejected[0].message if result.rejected else "no reason given"
        raise RuntimeError(f"{wanted - result.done} of {wanted} were rejected: {first}")
