"""A labelled workload: ten planted defects, each with the right answer, and twenty healthy shapes.

Records are written as mongod 4.4, 7.0 and 8.0 log them and as the profiler keeps them; what differs
between those is in `FORMS`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

DATABASE = "shop"


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What one query of the workload looks like in a record."""

    name: str
    command: Mapping[str, Any]
    plan: str = "COLLSCAN"
    keys: int = 0
    docs: int = 0
    returned: int | None = 20
    sorts: bool = False
    ms: int = 180
    wanted: tuple[tuple[str, str], ...] = ()
    """Collection and key, as the catalogue writes it."""
    reason: str = ""
    """Part of why no index helps."""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def collection(self) -> str:
        return str(next(iter(self.command.values())))


def find(collection: str, filter_: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    return {"find": collection, "filter": dict(filter_), **more}


LIVE = {
    "orders": (
        {"createdAt": 1, "storeId": 1},
        {"region": 1, "vendorId": 1, "status": 1},
        {"userId": 1},
        {"userId": 1, "total": 1},
        {"priority": 1, "dueAt": 1},
        {"createdAt": -1},
    ),
    "users": ({"email": 1}, {"phone": 1}),
    "items": ({"uniId": 1, "type": 1}, {"uniId": 1, "createdAt": -1}),
    "reviews": ({"orderId": 1},),
    "payments": (),
}

DEFECTS = (
    Recorded(
        name="missing",
        command=find("orders", {"couponCode": "SPRING"}),
        docs=80_000,
        wanted=(("orders", "{couponCode: 1}"),),
    ),
    Recorded(
        name="wrong order",
        command=find("orders", {"storeId": 7, "createdAt": {"$gte": {"$date": "2026-10-01"}}}),
        plan="IXSCAN { createdAt: 1, storeId: 1 }",
        keys=41_000,
        docs=900,
        returned=900,
        wanted=(("orders", "{storeId: 1, createdAt: 1}"),),
    ),
    Recorded(
        name="wrong direction",
        command=find("orders", {}, sort={"priority": 1, "dueAt": -1}, limit=50),
        docs=80_000,
        returned=50,
        sorts=True,
        wanted=(("orders", "{priority: 1, dueAt: -1}"),),
    ),
    Recorded(
        name="unused prefix",
        command=find("orders", {"vendorId": "v1", "status": "pending"}),
        docs=80_000,
        returned=31,
        wanted=(("orders", "{vendorId: 1, status: 1}"),),
    ),
    Recorded(
        name="sort in memory",
        command=find("orders", {"userId": "u1"}, sort={"placedAt": -1}, limit=20),
        plan="IXSCAN { userId: 1 }",
        keys=6_000,
        docs=6_000,
        sorts=True,
        wanted=(("orders", "{userId: 1, placedAt: -1}"),),
    ),
    Recorded(
        name="low selectivity",
        command=find("items", {"archived": False}),
        docs=60_000,
        returned=52_000,
        reason="not selective",
    ),
    Recorded(
        name="regular expression without anchor",
        command=find("users", {"name": {"$regularExpression": {"pattern": "ann", "options": ""}}}),
        docs=40_000,
        returned=12,
        reason="without anchor",
    ),
    Recorded(
        name="$ne",
        command=find("payments", {"state": {"$ne": "done"}}),
        docs=30_000,
        returned=40,
        reason="$ne matches nearly everything",
    ),
    Recorded(
        name="skip deep",
        command=find("orders", {}, sort={"createdAt": -1}, skip=40_000, limit=20),
        plan="IXSCAN { createdAt: -1 }",
        keys=40_020,
        docs=40_020,
        reason="page by the last key",
    ),
    Recorded(
        name="foreign scan",
        command={
            "aggregate": "reviews",
            "pipeline": [
                {"$match": {"orderId": "o1"}},
                {
                    "$lookup": {
                        "from": "payments",
                        "localField": "orderId",
                        "foreignField": "orderId",
                        "as": "payments",
                    }
                },
            ],
        },
        plan="IXSCAN { orderId: 1 }",
        keys=2,
        docs=60_002,
        returned=2,
        wanted=(("payments", "{orderId: 1}"),),
    ),
)


def _healthy() -> Iterator[Recorded]:
    yield Recorded(
        name="by a unique key",
        command=find("users", {"email": "a@b.c"}, limit=1),
        plan="IXSCAN { email: 1 }",
        keys=1,
        docs=1,
        returned=1,
    )
    yield Recorded(
        name="by _id", command=find("users", {"_id": 4}), plan="IDHACK", keys=1, docs=1, returned=1
    )
    yield Recorded(
        name="by many _ids",
        command=find("users", {"_id": {"$in": list(range(900))}}),
        plan="IXSCAN { _id: 1 }",
        keys=1_799,
        docs=900,
        returned=900,
    )
    yield Recorded(
        name="a small collection", command=find("settings", {"name": "tax"}), docs=40, returned=1
    )
    yield Recorded(
        name="a page in order",
        command=find("items", {"uniId": "1"}, sort={"createdAt": -1}, limit=20),
        plan="IXSCAN { uniId: 1, createdAt: -1 }",
        keys=20,
        docs=20,
    )
    yield Recorded(
        name="a page in the other order",
        command=find("items", {"uniId": "1"}, sort={"createdAt": 1}, limit=2_000),
        plan="IXSCAN { uniId: 1, createdAt: -1 }",
        keys=2_000,
        docs=2_000,
        returned=2_000,
    )
    yield Recorded(
        name="many results, all wanted",
        command=find("orders", {"userId": "u9"}),
        plan="IXSCAN { userId: 1 }",
        keys=7_000,
        docs=7_000,
        returned=7_000,
    )
    yield Recorded(
        name="a list of points",
        command=find("items", {"uniId": {"$in": ["1", "2"]}, "type": "veg"}),
        plan="IXSCAN { uniId: 1, type: 1 }",
        keys=801,
        docs=800,
        returned=800,
    )
    yield Recorded(
        name="a range",
        command=find("orders", {"createdAt": {"$gte": {"$date": "2026-11-27"}}}),
        plan="IXSCAN { createdAt: -1 }",
        keys=3_000,
        docs=3_000,
        returned=3_000,
    )
    yield Recorded(
        name="a sort of a few", command=find("orders", {"userId": "u3"}, sort={"note": 1}),
        plan="IXSCAN { userId: 1 }", keys=90, docs=90, returned=90, sorts=True,
    )  # fmt: skip
    yield Recorded(
        name="grouped, by an index",
        command={
            "aggregate": "orders",
            "pipeline": [
                {"$match": {"userId": "u1"}},
                {"$group": {"_id": "$status", "n": {"$sum": 1}}},
            ],
        },
        plan="IXSCAN { userId: 1 }",
        keys=6_000,
        docs=6_000,
        returned=4,
    )
    yield Recorded(
        name="a count of keys",
        command={"count": "orders", "query": {"userId": "u1"}},
        plan="COUNT_SCAN { userId: 1 }",
        keys=6_001,
        docs=0,
        returned=None,
    )
    yield Recorded(
        name="a join by an index",
        command={
            "aggregate": "users",
            "pipeline": [
                {"$match": {"email": "a@b.c"}},
                {"$lookup": {"from": "orders", "localField": "_id", "foreignField": "userId",
                             "as": "orders"}},
            ],
        },
        plan="IXSCAN { email: 1 }", keys=7_001, docs=7_001, returned=1,
    )  # fmt: skip
    yield Recorded(
        name="a join by _id",
        command={
            "aggregate": "reviews",
            "pipeline": [
                {"$match": {"orderId": "o1"}},
                {"$lookup": {"from": "users", "localField": "userId", "foreignField": "_id",
                             "as": "user"}},
            ],
        },
        plan="IXSCAN { orderId: 1 }", keys=1_200, docs=1_200, returned=300,
    )  # fmt: skip
    yield Recorded(
        name="either of two keys",
        command=find("users", {"$or": [{"email": "a@b.c"}, {"phone": "1"}]}),
        plan="IXSCAN { email: 1 }, IXSCAN { phone: 1 }",
        keys=2,
        docs=1,
        returned=1,
    )
    yield Recorded(
        name="an anchored regular expression",
        command=find(
            "users", {"email": {"$regularExpression": {"pattern": "^ann", "options": ""}}}
        ),
        plan="IXSCAN { email: 1 }",
        keys=700,
        docs=699,
        returned=699,
    )
    yield Recorded(
        name="an update by its key",
        command={"update": "users", "q": {"email": "a@b.c"}, "u": {"$set": {"name": "A"}}},
        plan="IXSCAN { email: 1 }",
        keys=1,
        docs=1,
        returned=None,
        more={"nMatched": 1, "nModified": 1, "type": "update"},
    )
    yield Recorded(
        name="a delete of many",
        command={"delete": "orders", "q": {"userId": "gone"}, "limit": 0},
        plan="IXSCAN { userId: 1 }",
        keys=4_000,
        docs=4_000,
        returned=None,
        more={"ndeleted": 4_000, "type": "remove"},
    )
    yield Recorded(
        name="covered",
        command=find("orders", {"userId": "u1", "total": {"$gt": 9}}, projection={"total": 1}),
        plan="IXSCAN { userId: 1, total: 1 }",
        keys=5_000,
        docs=0,
        returned=5_000,
    )
    yield Recorded(
        name="a whole collection, asked for",
        command={"aggregate": "items", "pipeline": [{"$group": {"_id": None, "n": {"$sum": 1}}}]},
        docs=60_000,
        returned=1,
    )


HEALTHY = tuple(_healthy())

FORMS: dict[str, Mapping[str, Any]] = {
    "4.4": {"queryHash": "AA", "planCacheKey": "BB", "protocol": "op_msg"},
    "7.0": {"planningTimeMicros": 90, "queryHash": "AA", "queryFramework": "classic"},
    "8.0": {"planCacheShapeHash": "AA", "queryFramework": "sbe", "workingMillis": 170,
            "queues": {"execution": {"totalTimeQueuedMicros": 5}}},
}  # fmt: skip


def record(one: Recorded, *, form: str = "7.0") -> dict[str, Any]:
    """`attr` of a log line."""
    answered = {} if one.returned is None else {"nreturned": one.returned}
    sorts = {"hasSortStage": True} if one.sorts else {}
    return {
        "type": "command",
        "ns": f"{DATABASE}.{one.collection}",
        "appName": "shop",
        "command": {**one.command, "lsid": {"id": {"$uuid": "4397f6ad"}}, "$db": DATABASE},
        "planSummary": one.plan,
        "keysExamined": one.keys,
        "docsExamined": one.docs,
        **sorts,
        **answered,
        "numYields": 3,
        "reslen": 1_618,
        "locks": {},
        **FORMS[form],
        **one.more,
        "durationMillis": one.ms,
    }


def line(one: Recorded, *, form: str = "7.0", second: int = 0) -> bytes:
    document = {
        "t": {"$date": f"2026-11-01T10:00:{second % 60:02}.000+00:00"},
        "s": "I",
        "c": "WRITE" if "update" in one.command or "delete" in one.command else "COMMAND",
        "id": 51803,
        "ctx": "conn12",
        "msg": "Slow query",
        "attr": record(one, form=form),
    }
    return json.dumps(document, separators=(",", ":")).encode() + b"\n"


def profiled(one: Recorded) -> dict[str, Any]:
    """The same as a document of `system.profile`."""
    data = record(one)
    ms, kind = data.pop("durationMillis"), data.pop("type")
    op = {"update": "update", "remove": "remove"}.get(kind, "query")
    return {"op": op, **data, "millis": ms, "ts": {"$date": 1_761_991_200_000}}
