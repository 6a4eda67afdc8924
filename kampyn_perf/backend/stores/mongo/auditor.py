"""The facts of an audit, from MongoDB."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo.errors import PyMongoError

from kampyn_perf.backend.audit_facts import Facts, StockFact
from kampyn_perf.backend.domain import SEEDED_UNTIL, Kind
from kampyn_perf.backend.store_settings import NAME_A_STORE, MongoSettings
from kampyn_perf.backend.stores.mongo.connection import connect_sync
from kampyn_perf.backend.stores.mongo.items import COLLECTION_OF
from kampyn_perf.backend.stores.mongo.recovery import KEYS, LEASE, UNDECIDED
from kampyn_perf.errors import UnreachableError
from kampyn_perf.mongo import as_error, failure_of, label
from kampyn_perf.names import CARTS, ORDERS, USERS, VENDORS

_STANDS = {"status": {"$nin": UNDECIDED}}
_LINES = {"userId": 1, "vendorId": 1, "total": 1, "items": 1}


class MongoAuditor:
    """See `audit_facts.Auditor`. Reads from the primary."""

    def __init__(self, *, url: str, settings: MongoSettings) -> None:
        """Raises UnreachableError for what is no seeded store."""
        self._url = url
        self._client, self._database = connect_sync(url, settings)
        try:
            self._check()
        except PyMongoError as error:
            self._client.close()
            raise as_error(failure_of(error, url), url) from error
        except UnreachableError:
            self._client.close()
            raise

    def _check(self) -> None:
        if self._database[USERS].find_one({}, {"_id": 1}) is None:
            there = ", ".join(sorted(self._database.list_collection_names())) or "none"
            raise self._no_store(f"it has no {USERS}; its collections: {there}")

    def _no_store(self, reason: str) -> UnreachableError:
        return UnreachableError(
            f"the database {self._database.name!r} at {label(self._url)} is no seeded store: "
            f"{reason}",
            hint=f"Choose another with {NAME_A_STORE}, or seed it with `kampyn-perf backend seed`.",
        )

    def facts(self, since: datetime, *, just_stopped: bool = False) -> Facts:
        try:
            return self._read(since, just_stopped=just_stopped)
        except PyMongoError as error:
            raise as_error(failure_of(error, self._url), self._url) from error
        except KeyError as error:
            raise self._no_store(f"it has documents without {error.args[0]}") from error

    def _read(self, since: datetime, *, just_stopped: bool) -> Facts:
        facts = Facts(stocks=list(self._stocks(given_back=just_stopped)))
        self._orders(facts)
        self._marks(facts, datetime.now(UTC) - (LEASE if just_stopped else timedelta(0)))
        known = {fact.item_id for fact in facts.stocks}
        self._carts(facts, known, given_back=just_stopped)
        count = self._database[ORDERS].count_documents
        facts.orders = count({**_STANDS, "createdAt": {"$gte": since}})
        facts.stray_keys = [
            key["_id"]
            for key in self._database[KEYS].find({})
            if not count({"_id": key["orderId"], **_STANDS}, limit=1)
        ]
        return facts

    def close(self) -> None:
        self._client.close()

    def _stocks(self, *, given_back: bool) -> Iterable[StockFact]:
        """`given_back`: with what recovery will give back of orders that do not stand."""
        wanted = {"quantity": 1, "stocked": 1, "taken": 1}
        for collection in COLLECTION_OF.values():
            for item in self._database[collection].find({}, wanted):
                taken = self._pending(item.get("taken", ())) if given_back else ()
                quantity = item["quantity"] + sum(mark["quantity"] for mark in taken)
                yield StockFact(item["_id"], quantity, item.get("stocked"))

    def _pending(self, marks: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Marks of orders that do not stand."""
        count = self._database[ORDERS].count_documents
        return [one for one in marks if not count({"_id": one["orderId"], **_STANDS}, limit=1)]

    def _orders(self, facts: Facts) -> None:
        """One pass over what was placed since the seeding, in the cursor's own batches."""
        users, vendors = (
            {document["_id"] for document in self._database[name].find({}, {"_id": 1})}
            for name in (USERS, VENDORS)
        )
        sold: dict[str, int] = {}
        wrong, ownerless, ids = [], [], []
        wanted = {**_STANDS, "createdAt": {"$gte": SEEDED_UNTIL}}
        for order in self._database[ORDERS].find(wanted, _LINES):
            ids.append(str(order["_id"]))
            for line in order["items"]:
                sold[line["itemId"]] = sold.get(line["itemId"], 0) + line["quantity"]
            if order["total"] != sum(line["price"] * line["quantity"] for line in order["items"]):
                wrong.append(order["_id"])
            if order["userId"] not in users or order["vendorId"] not in vendors:
                ownerless.append(order["_id"])
        facts.order_ids = ids
        facts.sold, facts.wrong_totals, facts.without_owner = sold, wrong, ownerless
        before = datetime.now(UTC) - LEASE
        stale = {"status": {"$in": UNDECIDED}, "leasedAt": {"$lte": before}}
        facts.unfinished = [
            order["_id"] for order in self._database[ORDERS].find(stale, {"_id": 1})
        ]

    def _marks(self, facts: Facts, before: datetime) -> None:
        """Marks whose order is decided, or never came to be; of orders begun before that moment."""
        stray = []
        for kind in Kind:
            marked = {"taken.0": {"$exists": True}}
            for item in self._database[COLLECTION_OF[kind]].find(marked, {"taken": 1}):
                stray += [
                    item["_id"] for mark in item["taken"] if self._overdue(mark["orderId"], before)
                ]
        for cart in self._database[CARTS].find({"claims.0": {"$exists": True}}, {"claims": 1}):
            left = (claim for claim in cart["claims"] if self._overdue(claim["orderId"], before))
            stray += [cart["_id"] for _ in left]
        facts.stray_marks = stray

    def _overdue(self, order_id: str, before: datetime) -> bool:
        """Whether its marks should be gone. An order's id begins with when it was begun."""
        try:
            begun = int(order_id[:8], 16)
        except ValueError:
            begun = 0
        return begun <= before.timestamp() and self._decided(order_id)

    def _decided(self, order_id: str) -> bool:
        undecided = {"_id": order_id, "status": {"$in": UNDECIDED}}
        return self._database[ORDERS].count_documents(undecided, limit=1) == 0

    def _carts(self, facts: Facts, known: set[str], *, given_back: bool) -> None:
        bad: list[str] = []
        for cart in self._database[CARTS].find({}, {"items": 1, "claims": 1}):
            for claim in self._pending(cart.get("claims", ())) if given_back else ():
                facts.in_carts += sum(line["quantity"] for line in claim["items"])
            lines: list[dict[str, Any]] = cart.get("items", [])
            facts.carts += bool(lines)
            facts.in_carts += sum(line["quantity"] for line in lines)
            if any(line["quantity"] < 1 or line["itemId"] not in known for line in lines):
                bad.append(cart["_id"])
        facts.bad_carts = bad
