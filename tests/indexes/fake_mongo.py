"""A MongoDB server that records what it is sent and answers as it is told: for what the stand-in
cannot show (hiding, error codes, builds that take their time, a primary that steps down).

The rules for indexes are the simulator's; the records (lock and journal) are a few documents.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bson import Int64

from kampyn_perf.indexes.model.normalise import read_listing
from kampyn_perf.indexes.model.ports import BuildOptions, ServerRefusal
from tests.indexes.simulator import Simulator
from tests.indexes.wire import Document, WireServer

_WRITES = """
createIndexes dropIndexes collMod insert update delete findAndModify create drop
"""
WRITES = frozenset(_WRITES.split())
HANDSHAKE = frozenset({"hello", "ismaster", "isMaster", "endSessions", "ping"})
KNOWN = ("createIndexes", "dropIndexes", "collMod", "listIndexes", "aggregate", "explain")
Handler = Callable[[Document], Document]


@dataclass
class FakeCollection:
    """One collection: its kind as listCollections says it, and its indexes."""

    rules: Simulator
    type: str = "collection"
    options: Document = field(default_factory=dict)
    uses: list[Document] = field(default_factory=list)
    """Rows of $indexStats."""


class FakeMongo:
    """One server. `script[command]` is a list of handlers, each answering that command once before
    the usual one does; `commands` is everything that was sent but handshakes."""

    def __init__(self, *, version: tuple[int, int, int] = (7, 0, 0)) -> None:
        self.version = version
        self.commands: list[Document] = []
        self.collections: dict[str, FakeCollection] = {}
        self.records: dict[str, list[Document]] = {}
        self.script: dict[str, list[Handler]] = {}
        self.always: dict[str, Handler] = {}
        self.hello: Document = {"isWritablePrimary": True, "setName": "r0", "me": "one:1"}
        self.build: Document = {"modules": [], "storageEngines": ["wiredTiger"]}
        self.explains: dict[str, Document] = {}
        """By the name of a find's or aggregate's comment-free collection: its explain document."""
        self.operations: list[Document] = []
        """Rows of $currentOp."""
        self._lock = threading.Lock()
        self._server = WireServer(self._handle)

    @property
    def uri(self) -> str:
        return f"mongodb://127.0.0.1:{self._server.port}/kampyn?directConnection=true"

    @property
    def writes(self) -> list[Document]:
        """Commands that change something, in their order."""
        return [command for command in self.commands if next(iter(command)) in WRITES]

    @property
    def index_writes(self) -> list[Document]:
        """Without those to the lock and the journal."""
        return [c for c in self.writes if not str(next(iter(c.values()))).startswith("kampyn_")]

    def add(self, name: str, documents: int = 3, **kind: Any) -> FakeCollection:
        """A collection without secondary indexes."""
        data = [{"email": f"{n}@x", "phone": str(n)} for n in range(documents)]
        rules = Simulator(version=self.version[:2], name=name, documents=data)
        self.collections[name] = FakeCollection(rules=rules, **kind)
        return self.collections[name]

    def close(self) -> None:
        self._server.close()

    def answer(self, command: Document) -> Document:
        """What the server itself does with `command`, whatever a test has put in its place."""
        handler: Handler = getattr(self, _method(next(iter(command))))
        return handler(command)

    def _handle(self, command: Document) -> Document:
        name = next(iter(command))
        if name not in HANDSHAKE:
            self.commands.append(command)
        scripted = self.script.get(name)
        try:
            if scripted:
                return {"ok": 1.0, **scripted.pop(0)(command)}
            if name not in self.always and not hasattr(self, _method(name)):
                return error(59, f"no such command: '{name}'")
            return {"ok": 1.0, **self.always.get(name, self.answer)(command)}
        except ServerRefusal as refusal:
            return error(refusal.code, refusal.message)

    # Handshake and server facts.

    def _hello(self, _command: Document) -> Document:
        return {
            "helloOk": True,
            "maxBsonObjectSize": 16_777_216,
            "maxMessageSizeBytes": 48_000_000,
            "maxWriteBatchSize": 100_000,
            "logicalSessionTimeoutMinutes": 30,
            "minWireVersion": 0,
            "maxWireVersion": 21,
            "readOnly": False,
            "localTime": dt.datetime.now(dt.UTC),
            "secondary": not self.hello.get("isWritablePrimary", True),
            **self.hello,
        }

    _ismaster = _is_master = _hello

    def _ping(self, _command: Document) -> Document:
        return {}

    _end_sessions = _ping

    def _build_info(self, _command: Document) -> Document:
        return {"version": ".".join(map(str, self.version)), **self.build}

    def _get_parameter(self, _command: Document) -> Document:
        major, minor, _ = self.version
        return {"featureCompatibilityVersion": {"version": f"{major}.{minor}"}}

    def _list_commands(self, _command: Document) -> Document:
        return {"commands": {name: {} for name in KNOWN}}

    def _db_stats(self, _command: Document) -> Document:
        return {"fsTotalSize": 10**12, "fsUsedSize": 10**11}

    def _server_status(self, _command: Document) -> Document:
        return {"wiredTiger": {"cache": {"maximum bytes configured": 10**9}}}

    # Collections and their indexes.

    def _list_collections(self, _command: Document) -> Document:
        rows = [
            {"name": name, "type": each.type, "options": each.options}
            for name, each in self.collections.items()
        ]
        return cursor(rows)

    def _list_indexes(self, command: Document) -> Document:
        return cursor(list(self._of(command["listIndexes"]).rules.indexes.values()))

    def _create_indexes(self, command: Document) -> Document:
        name = command["createIndexes"]
        with self._lock:
            found = self.collections.get(name) or self.add(name, documents=0)
            specs = [read_listing({"collation": None, **index}) for index in command["indexes"]]
            found.rules.create_indexes(name, specs, BuildOptions())
        return {"numIndexesAfter": len(found.rules.indexes)}

    def _create(self, command: Document) -> Document:
        self.add(command["create"], documents=0)
        return {}

    def _drop(self, command: Document) -> Document:
        if self.collections.pop(command["drop"], None) is None:
            raise ServerRefusal(26, "ns not found")
        return {}

    def _drop_indexes(self, command: Document) -> Document:
        name = command["dropIndexes"]
        with self._lock:
            self._of(name).rules.drop_index(name, command["index"])
        return {}

    def _coll_mod(self, command: Document) -> Document:
        name, change = command["collMod"], dict(command["index"])
        rules = self._of(name).rules
        index = change.pop("name")
        ((option, value),) = change.items()
        with self._lock:
            if option == "hidden":
                rules.set_hidden(name, index, value)
            elif option == "expireAfterSeconds":
                rules.set_ttl(name, index, value)
            elif option == "prepareUnique":
                rules.prepare_unique(name, index, value)
            else:
                rules.make_unique(name, index)
        return {}

    def _of(self, name: str) -> FakeCollection:
        if name not in self.collections:
            raise ServerRefusal(26, f"ns does not exist: kampyn.{name}")
        return self.collections[name]

    # Reading.

    def _aggregate(self, command: Document) -> Document:
        (stage, *_) = command["pipeline"]
        (kind,) = stage
        if kind == "$currentOp":
            return cursor(self.operations)
        found = self._of(command["aggregate"])
        documents = list(found.rules.documents)
        rows: list[Document] = []
        if kind == "$collStats":
            sizes = dict.fromkeys(found.rules.indexes, 4096)
            stats = {"count": len(documents), "size": 100 * len(documents), "indexSizes": sizes}
            rows = [{"storageStats": stats}]
        elif kind == "$indexStats":
            rows = found.uses
        elif kind == "$sample":
            rows = [dict(document) for document in documents]
        return cursor(rows)

    def _explain(self, command: Document) -> Document:
        inner = command["explain"]
        return self.explains.get(inner[next(iter(inner))], {})

    # The few documents of lock and journal.

    def _find(self, command: Document) -> Document:
        rows = [row for row in self.records.get(command["find"], []) if _meets(row, command)]
        if command.get("sort", {}).get("_id") == -1:
            rows = rows[::-1]
        return cursor(rows[: command.get("limit") or None])

    def _insert(self, command: Document) -> Document:
        self.records.setdefault(command["insert"], []).extend(command["documents"])
        return {"n": len(command["documents"])}

    def _update(self, command: Document) -> Document:
        rows = self.records.setdefault(command["update"], [])
        (change,) = command["updates"]
        for row in rows:
            if _meets(row, {"filter": change["q"]}):
                row.update(change["u"]["$set"])
                return {"n": 1, "nModified": 1}
        if not change.get("upsert"):
            return {"n": 0, "nModified": 0}
        if any(row["_id"] == change["q"]["_id"] for row in rows):
            failure = {"index": 0, "code": 11000, "errmsg": "E11000 duplicate key"}
            return {"n": 0, "writeErrors": [failure]}
        rows.append({"_id": change["q"]["_id"], **change["u"]["$set"]})
        return {"n": 1, "upserted": [{"index": 0, "_id": change["q"]["_id"]}]}

    def _delete(self, command: Document) -> Document:
        rows = self.records.setdefault(command["delete"], [])
        condition = command["deletes"][0]["q"]
        kept = [row for row in rows if not _meets(row, {"filter": condition})]
        self.records[command["delete"]] = kept
        return {"n": len(rows) - len(kept)}


def _method(name: str) -> str:
    """`_list_indexes` of listIndexes."""
    return "_" + re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


def error(code: int, message: str) -> Document:
    """A server's no."""
    return {"ok": 0.0, "code": code, "errmsg": message, "codeName": f"Code{code}"}


def refuse(code: int, message: str = "no") -> Handler:
    """A handler that answers with an error."""
    return lambda _command: error(code, message)


def cursor(rows: list[Document]) -> Document:
    return {"cursor": {"firstBatch": rows, "id": Int64(0), "ns": "kampyn.x"}}


def _meets(row: Document, command: Document) -> bool:
    """Equality, `$lt` and `$or`: all that lock and journal ask."""
    for name, wanted in command.get("filter", {}).items():
        if name == "$or":
            if not any(_meets(row, {"filter": part}) for part in wanted):
                return False
        elif isinstance(wanted, dict) and "$lt" in wanted:
            if not row[name].replace(tzinfo=None) < wanted["$lt"].replace(tzinfo=None):
                return False
        elif row.get(name) != wanted:
            return False
    return True
