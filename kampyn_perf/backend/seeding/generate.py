"""Users, vendors, items and orders from a seed. Pure: no clock, no database.

The document's own ids come first of each. Orders lie in the 90 days before a fixed date, oldest
first, so that they are inserted in the order of their ids.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from argon2 import Type
from argon2.low_level import hash_secret

from kampyn_perf.backend.domain import (
    DOCUMENT_EMAIL,
    DOCUMENT_ITEM,
    DOCUMENT_PASSWORD,
    DOCUMENT_UNI,
    DOCUMENT_USER,
    DOCUMENT_VENDOR,
    SEEDED_UNTIL,
    Kind,
    OrderStatus,
    Role,
)
from kampyn_perf.backend.settings import PasswordSettings, SeedSettings
from kampyn_perf.datafile import DataFile, DataItem, DataUser, DataVendor

_DAYS = 90
_OTHER_UNI = "124"
_ADMIN = "admin123"
_WORDS = ("Masala", "Paneer", "Cheese", "Spicy", "Cold", "Fresh", "Classic", "Double", "Royal")
_DISHES = ("Dosa", "Wrap", "Burger", "Juice", "Thali", "Coffee", "Sandwich", "Biryani", "Lassi")
_TYPES = ("veg", "nonveg", "drink", "dessert")
_STATUSES = tuple(OrderStatus)
_WEIGHTS = (6, 2, 2, 85, 5)  # most orders of the past are done


def shared_hash(settings: PasswordSettings, seed: int) -> str:
    """The one hash of the one password of everybody seeded, with a salt made from the seed.

    A hash of its own for each of a million users would take hours, and is no use in test data.
    """
    return hash_secret(
        DOCUMENT_PASSWORD.encode(),
        f"kampyn-perf-{seed}".encode().ljust(16, b"."),
        time_cost=settings.iterations,
        memory_cost=settings.memory // 1024,
        parallelism=settings.parallelism,
        hash_len=32,
        type=Type.ID,
    ).decode()


def users(settings: SeedSettings, password_hash: str) -> Iterator[dict[str, Any]]:
    """The document's user, an admin, then the others; `settings.users` without the admin."""
    yield _user(0, DOCUMENT_USER, DOCUMENT_EMAIL, Role.USER, password_hash)
    yield _user(settings.users + 1_000, _ADMIN, "admin@example.com", Role.ADMIN, password_hash)
    for number in range(1, settings.users):
        yield _user(number, user_id(number), _email(number), Role.USER, password_hash)


def vendors(settings: SeedSettings, password_hash: str) -> Iterator[dict[str, Any]]:
    """Every second one at the document's university, the document's vendor first."""
    for number in range(settings.vendors):
        yield {
            "_id": vendor_id(number),
            "name": f"{_DISHES[number % len(_DISHES)]} Corner {number + 1}",
            "email": f"{vendor_id(number)}@example.com",
            "location": f"Block {chr(65 + number % 8)}, Gate {number % 4 + 1}",
            "uniId": _uni_of(number),
            "passwordHash": password_hash,
            "createdAt": SEEDED_UNTIL - timedelta(days=400, minutes=number),
        }


def items(settings: SeedSettings, kind: Kind) -> Iterator[dict[str, Any]]:
    """Those of `kind`; two of three are Retail."""
    chance = random.Random(f"items {settings.seed}")  # noqa: S311 - data, not secrets
    for number in range(settings.items):
        word, other = chance.choice(_WORDS), chance.choice(_WORDS)
        dish, price, of_type = (
            chance.choice(_DISHES),
            chance.randrange(10, 300, 5),
            chance.choice(_TYPES),
        )
        if item_kind(number) is not kind:
            continue
        vendor = number % settings.vendors
        yield {
            "_id": item_id(number),
            "name": f"{word} {dish}",
            "description": f"{other} {dish.lower()} with {word.lower()} filling, no. {number}",
            "price": price,
            "image": f"/images/{item_id(number)}.webp",
            "type": of_type,
            "uniId": _uni_of(vendor),
            "vendorId": vendor_id(vendor),
            "quantity": settings.stock,
            "stocked": settings.stock,
            "createdAt": SEEDED_UNTIL - timedelta(days=100, seconds=60 * number),
        }


def orders(settings: SeedSettings) -> Iterator[dict[str, Any]]:
    """Oldest first. Their stock was taken long ago: it is not missing from today's."""
    chance = random.Random(f"orders {settings.seed}")  # noqa: S311
    catalogue = {item["_id"]: (kind, item) for kind in Kind for item in items(settings, kind)}
    by_vendor: dict[str, list[tuple[Kind, dict[str, Any]]]] = {}
    for kind, item in catalogue.values():
        by_vendor.setdefault(item["vendorId"], []).append((kind, item))
    sellers = sorted(by_vendor)
    step = timedelta(days=_DAYS) / max(1, settings.orders)
    for number in range(settings.orders):
        vendor = sellers[int(chance.random() * len(sellers))]
        offered = by_vendor[vendor]
        lines = [
            _line(*offered[int(chance.random() * len(offered))], 1 + int(chance.random() * 3))
            for _ in range(1 + int(chance.random() * 3))
        ]
        created = SEEDED_UNTIL - timedelta(days=_DAYS) + number * step
        yield {
            "_id": f"{int(created.timestamp()):08x}{0:010x}{number:06x}",
            "userId": user_id(int(chance.random() * settings.users)),
            "vendorId": vendor,
            "status": chance.choices(_STATUSES, _WEIGHTS)[0].value,
            "total": sum(line["price"] * line["quantity"] for line in lines),
            "items": lines,
            "createdAt": created.replace(microsecond=created.microsecond // 1000 * 1000),
        }


def data_file(settings: SeedSettings) -> DataFile:
    """What a load needs to know: people, vendors and items of the document's university."""
    users = [
        DataUser(
            id=DOCUMENT_USER, email=DOCUMENT_EMAIL, password=DOCUMENT_PASSWORD, phone=_phone(0)
        )
    ]
    users += [
        DataUser(
            id=user_id(number),
            email=f"user{number}@example.com",
            password=DOCUMENT_PASSWORD,
            phone=_phone(number),
        )
        for number in range(1, settings.users)
    ]
    local_vendors = [
        number for number in range(settings.vendors) if _uni_of(number) == DOCUMENT_UNI
    ]
    return DataFile(
        uniId=DOCUMENT_UNI,
        users=tuple(users),
        vendors=tuple(
            DataVendor(
                id=vendor_id(number),
                email=f"{vendor_id(number)}@example.com",
                password=DOCUMENT_PASSWORD,
            )
            for number in local_vendors
        ),
        items=tuple(
            DataItem(
                id=item_id(number),
                vendorId=vendor_id(number % settings.vendors),
                kind=item_kind(number),
            )
            for number in range(settings.items)
            if number % settings.vendors in set(local_vendors)
        ),
    )


def user_id(number: int) -> str:
    """`user123`, then `user1000`, `user1001`, ..."""
    return f"user{999 + number}" if number else DOCUMENT_USER


def vendor_id(number: int) -> str:
    """`vendor123`, then `vendor1000`, ..."""
    return f"vendor{999 + number}" if number else DOCUMENT_VENDOR


def item_id(number: int) -> str:
    """`item123`, then `item1000`, ..."""
    return f"item{999 + number}" if number else DOCUMENT_ITEM


def item_kind(number: int) -> Kind:
    """Two of three are Retail, the document's item among them."""
    return Kind.PRODUCE if number % 3 == 2 else Kind.RETAIL


def _uni_of(vendor: int) -> str:
    return DOCUMENT_UNI if vendor % 2 == 0 else _OTHER_UNI


def _phone(number: int) -> str:
    return f"+919{number:09d}" if number else "+910000000123"


def _email(number: int) -> str:
    return f"user{number}@example.com" if number else DOCUMENT_EMAIL


def _user(
    number: int, identifier: str, email: str, role: Role, password_hash: str
) -> dict[str, Any]:
    return {
        "_id": identifier,
        "name": f"Student {number}",
        "email": email,
        "phone": _phone(number),
        "collegeId": str(123 + number % 50),
        "role": role.value,
        "passwordHash": password_hash,
        "createdAt": SEEDED_UNTIL - timedelta(days=365, seconds=number),
    }


def _line(kind: Kind, item: dict[str, Any], quantity: int) -> dict[str, Any]:
    return {
        "itemId": item["_id"],
        "kind": kind.value,
        "name": item["name"],
        "price": item["price"],
        "quantity": quantity,
    }
