"""Users and vendors in MongoDB."""

from __future__ import annotations

from typing import Any, cast

from kampyn_perf.backend.domain import Account, Role, User, Vendor
from kampyn_perf.backend.stores.mongo.connection import MongoConnection
from kampyn_perf.names import USERS, VENDORS

_ACCOUNT = {"name": 1, "email": 1, "role": 1, "passwordHash": 1}
_USER = {"name": 1, "email": 1, "phone": 1, "role": 1}
_VENDOR = {"name": 1, "location": 1, "uniId": 1}


class MongoUsers:
    """See `ports.UserStore`."""

    def __init__(self, *, connection: MongoConnection) -> None:
        self._connection = connection

    async def account(self, identifier: str, *, vendor: bool = False) -> Account | None:
        collection = VENDORS if vendor else USERS
        field = "email" if vendor or "@" in identifier else "phone"
        with self._connection.timed(collection, "findOne"):
            account: Any = await self._connection.read(collection).find_one(
                {field: identifier}, _ACCOUNT
            )
        if account and vendor:
            account["role"] = Role.VENDOR.value
        return cast("Account | None", account)

    async def get(self, user_id: str) -> User | None:
        with self._connection.timed(USERS, "findOne"):
            user: Any = await self._connection.read(USERS).find_one({"_id": user_id}, _USER)
        return cast("User | None", user)


class MongoVendors:
    """See `ports.VendorStore`."""

    def __init__(self, *, connection: MongoConnection) -> None:
        self._connection = connection

    async def of_uni(self, uni_id: str) -> list[Vendor]:
        with self._connection.timed(VENDORS, "find"):
            cursor = self._connection.read(VENDORS).find({"uniId": uni_id}, _VENDOR)
            vendors: Any = await cursor.sort([("name", 1), ("_id", 1)]).to_list()
        return cast("list[Vendor]", vendors)

    async def get(self, vendor_id: str) -> Vendor | None:
        with self._connection.timed(VENDORS, "findOne"):
            vendor: Any = await self._connection.read(VENDORS).find_one({"_id": vendor_id}, _VENDOR)
        return cast("Vendor | None", vendor)
