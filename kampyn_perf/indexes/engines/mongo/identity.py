"""Which engine answers, by what it says of itself and by where it is.

Services under a domain of their own are known by it (as MongoDB's own shell does it), since they
say that they are MongoDB; servers that name themselves are believed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from kampyn_perf.indexes.model.server import OF_MONGODB, Engine, Feature

_HOSTS = (
    (re.compile(r"\.mongodb(-dev|-qa|-stage)?\.net$"), Engine.ATLAS),
    (re.compile(r"docdb(-elastic)?\.amazonaws\.com(\.cn)?$"), Engine.DOCUMENTDB),
    (re.compile(r"\.mongocluster\.cosmos\.azure\.(com|cn)$"), Engine.COSMOS_VCORE),
    (re.compile(r"\.(mongo\.cosmos|documents)\.azure\.(com|cn)$"), Engine.COSMOS_RU),
)
_OWN_WORDS = (
    ("secantusVersion", Engine.SECANTUSDB),
    ("ferretdb", Engine.FERRETDB),
    ("ferretdbVersion", Engine.FERRETDB),
)
_OF_A_BUILD = ("modules", "allocator", "storageEngines", "javascriptEngine", "psmdbVersion")
"""What `buildInfo` of mongod and mongos has (and Percona's build of them), and imitations lack."""
_KEPT = {
    Engine.SECANTUSDB: frozenset(Feature),
    Engine.MONGOECO: frozenset({Feature.COMMIT_QUORUM}),
    Engine.DOCUMENTDB: frozenset({Feature.TTL_CHANGE}),
}
"""What another engine can do of what MongoDB of its version could. Where nothing is known, a change
is made by building anew, which any of them can."""
_HIDES_SINCE = (8, 0, 1)
"""Of Amazon DocumentDB."""


def engine_of(uri: str, build: Mapping[str, Any]) -> Engine:
    """By the URI's first host and the answer to `buildInfo`."""
    host = _host(uri)
    for pattern, engine in _HOSTS:
        if pattern.search(host):
            return engine
    for word, engine in _OWN_WORDS:
        if word in build:
            return engine
    if build.get("gitVersion") == "mongoeco":
        return Engine.MONGOECO
    return Engine.MONGODB if any(name in build for name in _OF_A_BUILD) else Engine.UNKNOWN


def own_version(engine: Engine, build: Mapping[str, Any]) -> str:
    """The version that the engine's rules go by: its own where it tells it."""
    if engine is Engine.FERRETDB:
        told = build.get("ferretdb") or {}
        version = told.get("version") if isinstance(told, Mapping) else told
        return str(version or build.get("ferretdbVersion") or "").removeprefix("v")
    return str(build.get("version", ""))


def able(
    engine: Engine, version: tuple[int, ...], features: frozenset[Feature]
) -> frozenset[Feature]:
    """Those of MongoDB's `features` that this engine has too."""
    if engine in OF_MONGODB:
        return features
    kept = features & _KEPT.get(engine, frozenset())
    hides = engine is Engine.DOCUMENTDB and version >= _HIDES_SINCE
    return kept | {Feature.HIDE} if hides else kept


def _host(uri: str) -> str:
    """Of the first member, in small letters and without its port."""
    place = urlsplit(uri).netloc.rpartition("@")[2].split(",")[0]
    return place.partition(":")[0].lower()
