"""The facts of an audit, from SQLite, as of one moment."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from pathlib import Path

from kampyn_perf.backend.audit_facts import Facts, StockFact
from kampyn_perf.backend.domain import SEEDED_UNTIL
from kampyn_perf.backend.store_settings import NAME_A_STORE, SqliteSettings
from kampyn_perf.backend.stores.sqlite.connection import Access, connect
from kampyn_perf.backend.times import to_ms
from kampyn_perf.errors import UnreachableError
from kampyn_perf.names import CARTS, ORDERS, PRODUCES, RETAILS, USERS, VENDORS

_TABLES = {CARTS, ORDERS, PRODUCES, RETAILS, USERS, VENDORS, "order_keys"}

_ITEMS = (
    f"SELECT _id, quantity, stocked FROM {RETAILS}"
    f" UNION ALL SELECT _id, quantity, stocked FROM {PRODUCES}"
)
_SOLD = (
    "SELECT json_extract(line.value, '$.itemId'), SUM(json_extract(line.value, '$.quantity'))"
    f" FROM {ORDERS}, json_each({ORDERS}.items) AS line WHERE createdAt >= ? GROUP BY 1"
)
_IDS = f"SELECT _id FROM {ORDERS} WHERE createdAt >= ?"
_COUNT = f"SELECT COUNT(*) FROM {ORDERS} WHERE createdAt >= ?"
_TOTALS = (
    f"SELECT _id FROM {ORDERS} WHERE createdAt >= ? AND total IS NOT (SELECT SUM("
    "json_extract(value, '$.price') * json_extract(value, '$.quantity')) FROM json_each(items))"
)
_OWNERLESS = (
    f"SELECT _id FROM {ORDERS} WHERE NOT EXISTS (SELECT 1 FROM {USERS} WHERE _id = userId)"
    f" OR NOT EXISTS (SELECT 1 FROM {VENDORS} WHERE _id = vendorId)"
)
_CARTS = f"SELECT COUNT(DISTINCT userId) FROM {CARTS}"
_IN_CARTS = f"SELECT COALESCE(SUM(quantity), 0) FROM {CARTS}"
_BAD_CARTS = (
    f"SELECT userId FROM {CARTS} WHERE quantity < 1"
    f" OR NOT EXISTS (SELECT 1 FROM {RETAILS} WHERE _id = itemId"
    f" UNION ALL SELECT 1 FROM {PRODUCES} WHERE _id = itemId)"
)
_STRAY_KEYS = (
    "SELECT userId || ':' || key FROM order_keys"
    f" WHERE NOT EXISTS (SELECT 1 FROM {ORDERS} WHERE _id = orderId)"
)


class SqliteAuditor:
    """See `audit_facts.Auditor`. An order here is one transaction, so none can be half placed."""

    def __init__(self, *, path: Path, settings: SqliteSettings) -> None:
        """Opens the file for reading. Raises UnreachableError for what is no seeded store."""
        self._path = path
        if not path.is_file():
            raise self._no_store("there is no such file")
        try:
            self._connection = connect(path, settings, Access.READ)
            self._check()
        except sqlite3.DatabaseError as error:
            raise self._no_store(str(error)) from error

    def _check(self) -> None:
        rows = self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables = {row[0] for row in rows}
        if missing := sorted(_TABLES - tables):
            there = ", ".join(sorted(tables)) or "none"
            raise self._no_store(f"it lacks the tables {', '.join(missing)}; it has: {there}")
        if not self._connection.execute(f"SELECT 1 FROM {USERS} LIMIT 1").fetchone():
            raise self._no_store("it has no users")

    def _no_store(self, reason: str) -> UnreachableError:
        return UnreachableError(
            f"{self._path} is no seeded store: {reason}",
            hint=f"Choose another with {NAME_A_STORE}, or seed it with `kampyn-perf backend seed`.",
        )

    def facts(
        self,
        since: datetime,
        *,
        just_stopped: bool = False,  # noqa: ARG002 (the port's; an order leaves no marks here)
    ) -> Facts:
        try:
            return self._read(since)
        except sqlite3.DatabaseError as error:
            raise self._no_store(str(error)) from error

    def _read(self, since: datetime) -> Facts:
        self._connection.execute("BEGIN")
        try:
            seeded = (to_ms(SEEDED_UNTIL),)
            return Facts(
                stocks=[StockFact(*row) for row in self._connection.execute(_ITEMS)],
                sold=dict(self._connection.execute(_SOLD, seeded).fetchall()),
                orders=self._connection.execute(_COUNT, (to_ms(since),)).fetchone()[0],
                order_ids=self._ids(_IDS, seeded),
                in_carts=self._connection.execute(_IN_CARTS).fetchone()[0],
                carts=self._connection.execute(_CARTS).fetchone()[0],
                wrong_totals=self._ids(_TOTALS, seeded),
                without_owner=self._ids(_OWNERLESS),
                bad_carts=self._ids(_BAD_CARTS),
                stray_keys=self._ids(_STRAY_KEYS),
            )
        finally:
            self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()

    def _ids(self, sql: str, parameters: tuple[int, ...] = ()) -> list[str]:
        return [row[0] for row in self._connection.execute(sql, parameters)]
