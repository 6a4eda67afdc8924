"""Items in SQLite: pages, search, and unordered bulk writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import orjson

from kampyn_perf.backend.domain import (
    BulkResult,
    Item,
    Kind,
    Rejected,
    UnavailableError,
    search_words,
)
from kampyn_perf.backend.ports import Cursor
from kampyn_perf.backend.stores.sqlite.database import Query, WorkerDatabase
from kampyn_perf.backend.stores.sqlite.schema import TABLE_OF, text_index
from kampyn_perf.backend.times import from_ms, to_ms

_SHOWN = ("_id", "name", "description", "price", "image", "type", "vendorId")
_COLUMNS = (*_SHOWN, "uniId", "quantity", "stocked", "createdAt")
_SELECT = f"SELECT {', '.join(_SHOWN)}"


def _per_table(operation: str, sql: str) -> dict[Kind, Query]:
    return {
        kind: Query(table, operation, sql.replace("{table}", table))
        for kind, table in TABLE_OF.items()
    }


_PAGE = _per_table(
    "find",
    f"{_SELECT} FROM {{table}} WHERE uniId = ? ORDER BY createdAt DESC, _id DESC LIMIT ? OFFSET ?",
)
_COUNT = _per_table("countDocuments", "SELECT COUNT(*) FROM {table} WHERE uniId = ?")
_FIRST = _per_table(
    "find",
    f"{_SELECT}, createdAt FROM {{table}} WHERE uniId = ?"
    " ORDER BY createdAt DESC, _id DESC LIMIT ?",
)
_AFTER = _per_table(
    "find",
    f"{_SELECT}, createdAt FROM {{table}} WHERE uniId = ? AND (createdAt, _id) < (?, ?)"
    " ORDER BY createdAt DESC, _id DESC LIMIT ?",
)
_SEARCH = {
    kind: Query(
        table,
        "find",
        f"{_SELECT} FROM {table} WHERE uniId = ? AND rowid IN (SELECT rowid FROM"
        f" {text_index(table)} WHERE {text_index(table)} MATCH ?)"
        " ORDER BY createdAt DESC, _id DESC LIMIT ?",
    )
    for kind, table in TABLE_OF.items()
}
# Without the text index: all words, anywhere in the name or the description.
_SCAN = _per_table(
    "find",
    f"{_SELECT} FROM {{table}} WHERE uniId = ?1 AND NOT EXISTS ("
    "SELECT 1 FROM json_each(?2) WHERE instr(lower(name || ' ' || description), value) = 0)"
    " ORDER BY createdAt DESC, _id DESC LIMIT ?3",
)


class SqliteItems:
    """See `ports.ItemStore`."""

    def __init__(self, *, database: WorkerDatabase) -> None:
        self._database = database

    async def page(
        self, kind: Kind, uni_id: str, *, skip: int, limit: int
    ) -> tuple[list[Item], int]:
        rows = await self._database.read(_PAGE[kind], (uni_id, limit, skip))
        [[total]] = await self._database.read(_COUNT[kind], (uni_id,))
        return [_item(row) for row in rows], total

    async def page_after(
        self, kind: Kind, uni_id: str, *, after: Cursor | None, limit: int
    ) -> list[tuple[Item, Cursor]]:
        if after is None:
            rows = await self._database.read(_FIRST[kind], (uni_id, limit))
        else:
            place = (to_ms(after[0]), after[1])
            rows = await self._database.read(_AFTER[kind], (uni_id, *place, limit))
        return [(_item(row[:-1]), (from_ms(row[-1]), row[0])) for row in rows]

    async def search(self, kind: Kind, uni_id: str, words: str, *, limit: int) -> list[Item]:
        """By the text index where there is one, else by reading every item of the university."""
        wanted = search_words(words)
        phrases = " ".join(f'"{word}"' for word in wanted)
        if not phrases:
            return []
        try:
            rows = await self._database.read(_SEARCH[kind], (uni_id, phrases, limit))
        except UnavailableError as error:
            if "no such table" not in str(error.__cause__):
                raise
            texts = orjson.dumps(wanted).decode()
            rows = await self._database.read(_SCAN[kind], (uni_id, texts, limit))
        return [_item(row) for row in rows]

    async def add_stock(
        self, kind: Kind, updates: Sequence[Mapping[str, Any]], vendor_id: str | None
    ) -> BulkResult:
        table = TABLE_OF[kind]

        def work(connection: sqlite3.Connection) -> BulkResult:
            rejected = []
            for index, update in enumerate(updates):
                reason = _add_one(connection, table, update, vendor_id)
                if reason:
                    rejected.append(Rejected(index, reason))
            return BulkResult(len(updates) - len(rejected), tuple(rejected))

        return await self._database.write(table, "bulkWrite", work)

    async def insert(self, kind: Kind, items: Sequence[Mapping[str, Any]]) -> BulkResult:
        table = TABLE_OF[kind]
        sql = (
            f"INSERT INTO {table} ({', '.join(_COLUMNS)})"
            f" VALUES ({', '.join('?' * len(_COLUMNS))}) ON CONFLICT DO NOTHING"
        )

        def work(connection: sqlite3.Connection) -> BulkResult:
            rejected = []
            for index, item in enumerate(items):
                whole = {**item, "stocked": item["quantity"]}
                values = [_stored(whole[column]) for column in _COLUMNS]
                if not connection.execute(sql, values).rowcount:
                    rejected.append(Rejected(index, "This _id is taken."))
            return BulkResult(len(items) - len(rejected), tuple(rejected))

        return await self._database.write(table, "insertMany", work)


def _add_one(
    connection: sqlite3.Connection, table: str, update: Mapping[str, Any], vendor_id: str | None
) -> str:
    """Change one item's stock; why it could not be, or nothing."""
    where = "_id = ?1 AND (?3 IS NULL OR vendorId = ?3)"
    parameters = (update["itemId"], update["quantity"], vendor_id)
    changed = connection.execute(
        f"UPDATE {table} SET quantity = quantity + ?2, stocked = stocked + ?2"
        f" WHERE {where} AND quantity + ?2 >= 0",
        parameters,
    ).rowcount
    if changed:
        return ""
    known = connection.execute(f"SELECT ?2 FROM {table} WHERE {where}", parameters).fetchone()
    return "There is less in stock than that." if known else "There is no such item."


def _item(row: Sequence[Any]) -> Item:
    return cast("Item", dict(zip(_SHOWN, row, strict=True)))


def _stored(value: Any) -> Any:
    return to_ms(value) if isinstance(value, datetime) else value
