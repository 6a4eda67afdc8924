"""Users and vendors in SQLite."""

from __future__ import annotations

from typing import cast

from kampyn_perf.backend.domain import Account, Role, User, Vendor
from kampyn_perf.backend.stores.sqlite.database import Query, WorkerDatabase
from kampyn_perf.names import USERS, VENDORS

_ACCOUNT = ("_id", "name", "email", "role", "passwordHash")
_BY_EMAIL = Query(USERS, "findOne", f"SELECT {', '.join(_ACCOUNT)} FROM {USERS} WHERE email = ?")
_BY_PHONE = Query(USERS, "findOne", f"SELECT {', '.join(_ACCOUNT)} FROM {USERS} WHERE phone = ?")
_VENDOR_BY_EMAIL = Query(
    VENDORS,
    "findOne",
    f"SELECT _id, name, email, '{Role.VENDOR}', passwordHash FROM {VENDORS} WHERE email = ?",
)
_USER = ("_id", "name", "email", "phone", "role")
_USER_BY_ID = Query(USERS, "findOne", f"SELECT {', '.join(_USER)} FROM {USERS} WHERE _id = ?")
_VENDOR = ("_id", "name", "location", "uniId")
_VENDOR_BY_ID = Query(
    VENDORS, "findOne", f"SELECT {', '.join(_VENDOR)} FROM {VENDORS} WHERE _id = ?"
)
_VENDORS_OF_UNI = Query(
    VENDORS,
    "find",
    f"SELECT {', '.join(_VENDOR)} FROM {VENDORS} WHERE uniId = ? ORDER BY name, _id",
)


class SqliteUsers:
    """See `ports.UserStore`."""

    def __init__(self, *, database: WorkerDatabase) -> None:
        self._database = database

    async def account(self, identifier: str, *, vendor: bool = False) -> Account | None:
        query = _VENDOR_BY_EMAIL if vendor else _BY_EMAIL if "@" in identifier else _BY_PHONE
        rows = await self._database.read(query, (identifier,))
        return cast("Account", dict(zip(_ACCOUNT, rows[0], strict=True))) if rows else None

    async def get(self, user_id: str) -> User | None:
        rows = await self._database.read(_USER_BY_ID, (user_id,))
        return cast("User", dict(zip(_USER, rows[0], strict=True))) if rows else None


class SqliteVendors:
    """See `ports.VendorStore`."""

    def __init__(self, *, database: WorkerDatabase) -> None:
        self._database = database

    async def of_uni(self, uni_id: str) -> list[Vendor]:
        rows = await self._database.read(_VENDORS_OF_UNI, (uni_id,))
        return [cast("Vendor", dict(zip(_VENDOR, row, strict=True))) for row in rows]

    async def get(self, vendor_id: str) -> Vendor | None:
        rows = await self._database.read(_VENDOR_BY_ID, (vendor_id,))
        return cast("Vendor", dict(zip(_VENDOR, rows[0], strict=True))) if rows else None
