"""Use of each index on each node. `$indexStats` answers for the node that was asked, since its
start: a replica set is asked member by member, a sharded cluster answers for its shards' primaries.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Any

from kampyn_perf import mongo
from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.engines.mongo.connection import Document, MongoConnection
from kampyn_perf.indexes.model.facts import IndexUse, UseReport
from kampyn_perf.indexes.model.ports import ServerRefusal

_PIPELINE: Sequence[dict[str, Any]] = [{"$indexStats": {}}]


def index_use(connection: MongoConnection, collection: str) -> UseReport:
    """Operations of each index on every node that answers, and which did not."""
    hello = connection.command({"hello": 1}, admin=True)
    uses = list(_uses(connection.aggregate(collection, _PIPELINE), str(hello.get("me", ""))))
    unasked: list[str] = []
    if hello.get("msg") == "isdbgrid":
        unasked.append("the secondaries of each shard (mongos asks primaries only)")
    for member in _others(hello):
        try:
            uses += _ask(connection, collection, member)
        except (KampynError, ServerRefusal) as error:
            unasked.append(f"{member}: {getattr(error, 'message', error)}")
    return UseReport(uses=tuple(uses), unasked=tuple(unasked))


def _others(hello: Document) -> list[str]:
    """Members that hold data, apart from the one that answered. Hidden members are not listed."""
    members = [*(hello.get("hosts") or ()), *(hello.get("passives") or ())]
    return [str(member) for member in members if member != hello.get("me")]


def _ask(connection: MongoConnection, collection: str, member: str) -> list[IndexUse]:
    """One member's own figures, over a connection of its own with the same credentials."""
    host, _, port = member.rpartition(":")
    client = mongo.connect_member(connection.uri, host=host, port=int(port))
    try:
        direct = MongoConnection(client=client, uri=connection.uri, database=connection.name)
        return list(_uses(direct.aggregate(collection, _PIPELINE), member))
    finally:
        client.close()


def _uses(rows: Sequence[Document], asked: str) -> Iterator[IndexUse]:
    for row in rows:
        accesses = row.get("accesses") or {}
        yield IndexUse(
            index=str(row.get("name", "")),
            node=str(row.get("host") or asked),
            operations=int(accesses.get("ops", 0)),
            since_us=_us(accesses.get("since")),
            shard=str(row.get("shard", "")),
        )


def _us(moment: Any) -> int:
    if not isinstance(moment, datetime.datetime):
        return 0
    aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return int(aware.timestamp() * 1_000_000)
