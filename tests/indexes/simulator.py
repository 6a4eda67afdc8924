"""A server with MongoDB's rules for indexes, in memory: what the plan is held against.

Written from MongoDB's documentation and error codes, not from the planner: it compares definitions
in its own, plainer way, on the small vocabulary that the tests generate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection, LiveIndex
from kampyn_perf.indexes.model.ports import BuildOptions, ServerRefusal
from kampyn_perf.indexes.model.server import Engine, ServerInfo, Topology, features_of
from kampyn_perf.indexes.model.spec import IndexSpec

ID = {"v": 2, "key": {"_id": 1}, "name": "_id_"}


BARE = (0, 0)
"""A server that speaks the protocol without collMod, and takes one index for each key pattern."""


class Killed(BaseException):
    """The program died here, before or after the command took effect."""


class Simulator:
    """One collection on one server. `documents` decide what a unique build meets."""

    def __init__(
        self,
        *,
        version: tuple[int, int],
        documents: Sequence[Mapping[str, Any]] = (),
        name: str = "things",
    ) -> None:
        topology = Topology.REPLICA_SET
        self.bare = version == BARE
        self.server = ServerInfo(
            engine=Engine.MONGODB,
            version=version,
            topology=topology,
            features=frozenset() if self.bare else features_of(version, topology),
        )
        self.name = name
        self.documents = documents
        self.indexes: dict[str, dict[str, Any]] = {"_id_": dict(ID)}
        self.commands = 0
        self.kill_at: int | None = None
        self.kill_before = False
        self.watch: Callable[[], None] = lambda: None

    def __repr__(self) -> str:
        indexes = [index for name, index in self.indexes.items() if name != "_id_"]
        return f"Simulator({self.server.version}, {self.documents}, {indexes})"

    # What the planner reads.

    def collection_names(self) -> Sequence[str]:
        return (self.name,)

    def read_collection(self, name: str) -> LiveCollection:
        assert name == self.name
        return LiveCollection(
            name=name,
            server=self.server,
            kind=CollectionKind.NORMAL,
            indexes=tuple(LiveIndex(definition=dict(d)) for d in self.indexes.values()),
            documents=len(self.documents),
        )

    # What the executor sends.

    def create_indexes(
        self, collection: str, specs: Sequence[IndexSpec], options: BuildOptions
    ) -> None:
        def effect() -> None:
            after = {name: dict(d) for name, d in self.indexes.items()}
            for spec in specs:
                self._add(after, listed(spec))
            self.indexes = after

        self._command(effect)

    def drop_index(self, collection: str, name: str) -> None:
        def effect() -> None:
            if name == "_id_":
                raise ServerRefusal(72, "cannot drop _id index")
            self._named(name)
            del self.indexes[name]

        self._command(effect)

    def set_hidden(self, collection: str, name: str, hidden: bool) -> None:
        def effect() -> None:
            if self.server.version < (4, 4) or name == "_id_":
                raise ServerRefusal(72, "cannot hide")
            index = self._named(name)
            index.pop("hidden", None)
            if hidden:
                index["hidden"] = True

        self._command(effect)

    def set_ttl(self, collection: str, name: str, seconds: float) -> None:
        def effect() -> None:
            index = self._named(name)
            if self.bare:
                raise ServerRefusal(59, "no such command: collMod")
            if len(index["key"]) > 1 or not _is_plain(index["key"]):
                raise ServerRefusal(72, "TTL indexes are single-field indexes")
            if "expireAfterSeconds" not in index and self.server.version < (5, 1):
                raise ServerRefusal(72, "no expireAfterSeconds field to update")
            index["expireAfterSeconds"] = seconds

        self._command(effect)

    def prepare_unique(self, collection: str, name: str, on: bool) -> None:
        def effect() -> None:
            if self.server.version < (6, 0):
                raise ServerRefusal(40415, "unknown field prepareUnique")
            index = self._named(name)
            index.pop("prepareUnique", None)
            if on:
                index["prepareUnique"] = True

        self._command(effect)

    def make_unique(self, collection: str, name: str) -> None:
        def effect() -> None:
            index = self._named(name)
            if not index.get("prepareUnique"):
                raise ServerRefusal(72, "the index is not prepared")
            if _has_duplicates(self.documents, index):
                raise ServerRefusal(359, "Cannot convert the index to unique")
            del index["prepareUnique"]
            index["unique"] = True

        self._command(effect)

    # The rules.

    def _command(self, effect: Callable[[], None]) -> None:
        self.commands += 1
        dies = self.kill_at == self.commands
        if dies and self.kill_before:
            raise Killed
        effect()
        self.watch()
        if dies:
            raise Killed

    def _named(self, name: str) -> dict[str, Any]:
        if name not in self.indexes:
            raise ServerRefusal(27, f"index not found with name [{name}]")
        return self.indexes[name]

    def _add(self, after: dict[str, dict[str, Any]], new: dict[str, Any]) -> None:
        _validate(new)
        for old in after.values():
            if self._same_signature(old, new):
                differs = self.bare and not _alike(old, new)
                if differs or _rest(old) != _rest(new) or old["name"] != new["name"]:
                    raise ServerRefusal(85, "an equivalent index already exists")
                return
            if old["name"] == new["name"]:
                raise ServerRefusal(86, "an existing index has the same name")
            if "_fts" in old["key"] and "_fts" in new["key"]:
                raise ServerRefusal(67, "only one text index per collection allowed")
        if len(after) >= 64:
            raise ServerRefusal(67, "add index fails, too many indexes")
        if new.get("unique") and _has_duplicates(self.documents, new):
            raise ServerRefusal(11000, "E11000 duplicate key error")
        after[new["name"]] = new

    def _same_signature(self, a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
        options = [] if self.bare else ["collation"]
        if self.server.version >= (5, 0):
            options += ["unique", "sparse", "partialFilterExpression", "wildcardProjection"]
        return list(a["key"].items()) == list(b["key"].items()) and all(
            (a.get(option) or None) == (b.get(option) or None) for option in options
        )


def listed(spec: IndexSpec) -> dict[str, Any]:
    """The document that a server lists for an index that was built from `spec`."""
    options = {
        "unique": spec.unique or None,
        "sparse": spec.sparse or None,
        "hidden": spec.hidden or None,
        "partialFilterExpression": spec.partial,
        "expireAfterSeconds": spec.ttl_seconds,
        "collation": full_collation(spec.collation),
        "wildcardProjection": spec.options.get("wildcardProjection"),
    }
    key = dict(spec.keys)
    if spec.is_text:
        words = [path for path, kind in spec.keys if kind == "text"]
        key = {p: k for p, k in spec.keys if k != "text"} | {"_fts": "text", "_ftsx": 1}
        options["weights"] = dict.fromkeys(sorted(words), 1) | dict(spec.weights or {})
        options["default_language"] = spec.options.get("default_language", "english")
        options["language_override"] = spec.options.get("language_override", "language")
        options["textIndexVersion"] = 3
    if "2dsphere" in key.values():
        options["2dsphereIndexVersion"] = 3
    given = {name: value for name, value in options.items() if value is not None}
    return {"v": 2, "key": key, "name": spec.effective_name, **given}


def full_collation(collation: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """As listIndexes shows it: every option, and the version of ICU."""
    if collation is None or collation["locale"] == "simple":
        return None
    defaults = {
        "caseLevel": False,
        "caseFirst": "off",
        "strength": 3,
        "numericOrdering": False,
        "alternate": "non-ignorable",
        "maxVariable": "punct",
        "normalization": False,
        "backwards": False,
    }
    return {**defaults, **collation, "version": "57.1"}


def _alike(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    ignored = ("v", "hidden", "prepareUnique")
    return {k: v for k, v in old.items() if k not in ignored} == {
        k: v for k, v in new.items() if k not in ignored
    }


def _rest(index: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are not part of the signature but must agree."""
    ignored = {"v", "key", "name", "hidden", "prepareUnique", "background"}
    return {k: v for k, v in index.items() if k not in ignored and v is not False}


def _is_plain(key: Mapping[str, Any]) -> bool:
    return all(isinstance(kind, int | float) and "$**" not in path for path, kind in key.items())


def _validate(new: Mapping[str, Any]) -> None:
    kinds = [kind for kind in new["key"].values() if isinstance(kind, str)]
    special = not _is_plain(new["key"])
    partial = new.get("partialFilterExpression")
    bad = (
        (new.get("sparse") and partial is not None)
        or (new.get("unique") and ("hashed" in kinds or "text" in kinds or "$**" in new["key"]))
        or ("expireAfterSeconds" in new and (len(new["key"]) > 1 or special))
        or (partial is not None and "$ne" in str(partial))
        or len(new["key"]) > 32
        or (new.get("collation") and "text" in kinds)
    )
    if bad:
        raise ServerRefusal(67, f"Error in specification {new}")


def _has_duplicates(documents: Sequence[Mapping[str, Any]], index: Mapping[str, Any]) -> bool:
    keys = [
        tuple(document.get(path) for path in index["key"])
        for document in documents
        if _is_indexed(document, index)
    ]
    return len(keys) != len(set(keys))


def _is_indexed(document: Mapping[str, Any], index: Mapping[str, Any]) -> bool:
    if index.get("sparse") and not any(path in document for path in index["key"]):
        return False
    for field, condition in (index.get("partialFilterExpression") or {}).items():
        if isinstance(condition, Mapping):
            if "$exists" in condition and field not in document:
                return False
            if "$gt" in condition and not document.get(field, -1) > condition["$gt"]:
                return False
        elif document.get(field) != condition:
            return False
    return True


def serves(other: Mapping[str, Any], index: Mapping[str, Any]) -> bool:
    """Whether queries that `index` serves find `other` as good: the prefix rule, said plainly."""
    if other.get("hidden"):
        return False
    for option in ("collation", "weights", "default_language", "wildcardProjection"):
        if other.get(option) != index.get(option):
            return False
    short, long = list(index["key"].items()), list(other["key"].items())
    if not _is_plain(index["key"]):
        # A special index is only served by itself, or by itself with one field more.
        keys_fit = long[: len(short)] == short
    else:
        flipped = [(path, -kind) for path, kind in short]
        keys_fit = long[: len(short)] in (short, flipped)
    restrictions = ("sparse", "partialFilterExpression")
    same = all((other.get(o) or None) == (index.get(o) or None) for o in restrictions)
    whole = all(not other.get(o) for o in restrictions) and _is_plain(index["key"])
    return keys_fit and (same or whole)


def enforces(other: Mapping[str, Any], index: Mapping[str, Any]) -> bool:
    """Whether `other` keeps unique what `index` does. A field that no document has is no field."""
    fields = {path for path in other["key"] if path != "kampyn_bridge"}
    same = ("sparse", "partialFilterExpression", "collation")
    return (
        bool(other.get("unique"))
        and fields == set(index["key"])
        and all((other.get(option) or None) == (index.get(option) or None) for option in same)
    )
