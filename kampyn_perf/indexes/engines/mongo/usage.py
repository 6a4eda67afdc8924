"""Use of each index on each node. `$indexStats` answers for the node that was asked, since its
start: a replica set is asked member by member, a sharded cluster answers for its shards' primaries.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from kampyn_perf import mongo
from kampyn_perf.errors import KampynError
from kampyn_perf.indexes.engines.mongo.connection import (
    COMMAND_NOT_FOUND,
    Document,
    MongoConnection,
)
from kampyn_perf.indexes.model.facts import IndexUse, UseReport
from kampyn_perf.indexes.model.ports import ServerRefusal

_PIPELINE: Sequence[dict[str, Any]] = [{"$indexStats": {}}]


def index_use(connection: MongoConnection, collection: str) -> UseReport:
    """Operations of each index on every node that answers, and which did not."""
    hello = connection.command({"hello": 1}, admin=True)
    me = str(hello.get("me", ""))
    uses = list(_uses(connection.aggregate(collection, _PIPELINE), me))
    asked = [me or connection.label]
    others, unasked = _other_members(connection, hello)
    for member in others:
        try:
            uses += _ask(connection, collection, member.host)
            asked.append(member.host)
        except (KampynError, ServerRefusal) as error:
            unasked.append(f"{member.label}: {getattr(error, 'message', error)}")
    if uses and hello.get("msg") == "isdbgrid":
        asked = []  # a router counts nothing: its shards' nodes are in the figures
    return UseReport(uses=tuple(uses), asked=tuple(asked), unasked=tuple(unasked))


@dataclass(frozen=True)
class _Member:
    host: str
    kind: str = ""
    """`hidden`, `delayed by 3600 s`"""

    @property
    def label(self) -> str:
        return f"{self.host} ({self.kind})" if self.kind else self.host


def _other_members(connection: MongoConnection, hello: Document) -> tuple[list[_Member], list[str]]:
    """Members that hold data, apart from the one that answered, and what cannot be known of them.
    Hidden ones are only in the set's configuration."""
    if hello.get("msg") == "isdbgrid":
        return [], ["the secondaries of each shard (mongos asks primaries only)"]
    listed = [*(hello.get("hosts") or ()), *(hello.get("passives") or ())]
    members = {str(host): _Member(str(host)) for host in listed}
    unasked = []
    if hello.get("setName"):
        try:
            answer = connection.command({"replSetGetConfig": 1}, admin=True)
        except ServerRefusal as refusal:
            if refusal.code != COMMAND_NOT_FOUND:
                unasked.append(f"hidden members, if there are any: {refusal.message}")
        else:
            members |= {m.host: m for m in _configured(answer.get("config") or {})}
    return [m for host, m in members.items() if host != hello.get("me")], unasked


def _configured(config: Document) -> Iterator[_Member]:
    """The members of a set's configuration that have indexes."""
    for member in config.get("members") or ():
        if member.get("arbiterOnly") or member.get("buildIndexes") is False:
            continue
        delay = int(member.get("secondaryDelaySecs", member.get("slaveDelay", 0)) or 0)
        words = ["hidden"] if member.get("hidden") else []
        words += [f"delayed by {delay} s"] if delay else []
        yield _Member(str(member.get("host", "")), ", ".join(words))


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


def _us(moment: Any) -> int | None:
    if not isinstance(moment, datetime.datetime):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
    return int(aware.timestamp() * 1_000_000)
