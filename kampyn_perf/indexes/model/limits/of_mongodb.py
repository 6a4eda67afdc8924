"""MongoDB's rules about one definition, all together, and which of them a server has."""

from __future__ import annotations

from kampyn_perf.indexes.model.limits import expiry, filters, keys, locales, text, wildcards
from kampyn_perf.indexes.model.limits.of_engine import engine_refusals
from kampyn_perf.indexes.model.limits.refusal import Refusal, Version
from kampyn_perf.indexes.model.server import OF_MONGODB, Engine
from kampyn_perf.indexes.model.spec import MAX_INDEXES, IndexSpec

_CHECKS = (
    filters.refusals,
    expiry.refusals,
    keys.refusals,
    text.refusals,
    wildcards.refusals,
    locales.refusals,
)


def refusals(spec: IndexSpec) -> tuple[Refusal, ...]:
    """Every reason at once: those of all versions of MongoDB, and those that newer ones lack."""
    refusals = [refusal for check in _CHECKS for refusal in check(spec)]
    return tuple(dict.fromkeys(refusals))


def refusals_on(spec: IndexSpec, engine: Engine, version: Version) -> tuple[Refusal, ...]:
    """What a server of this engine and version has against `spec`, as far as that is known. Of an
    unknown engine nothing is."""
    if engine is Engine.UNKNOWN:
        return ()
    known = (
        refusal
        for refusal in refusals(spec)
        if refusal.since is None or (engine in OF_MONGODB and version < refusal.since)
    )
    return (*known, *engine_refusals(spec, engine, version))


def max_namespace_bytes(version: Version) -> int:
    """How long `database.collection` may be. An index's own name has no limit since 4.2."""
    return 255 if version >= (4, 4) else 120


def max_indexes(engine: Engine) -> int | None:
    """Indexes of one collection, `_id_` among them; None: no limit that is known. Sources:
    https://www.mongodb.com/docs/manual/reference/limits/,
    https://docs.aws.amazon.com/documentdb/latest/developerguide/limits.html,
    https://learn.microsoft.com/azure/documentdb/limitations,
    https://learn.microsoft.com/azure/cosmos-db/mongodb/indexing."""
    if engine is Engine.COSMOS_RU:
        return 500
    return None if engine in (Engine.SQLITE, Engine.UNKNOWN) else MAX_INDEXES
