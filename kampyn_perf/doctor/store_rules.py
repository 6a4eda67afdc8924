"""The rules about Redis, MongoDB and indexes, against the document's tuning: pure."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.doctor.facts import Facts, IndexFacts, MongoFacts, RedisFacts
from kampyn_perf.doctor.findings import Finding, Level
from kampyn_perf.units import counted, format_size

DOCUMENT_MEMORY = 256 * 1024 * 1024
DOCUMENT_POLICY = "allkeys-lru"
DOCUMENT_OPTIONS = {
    "maxpoolsize": ("50", "requests wait for a connection sooner, or the server has more of them"),
    "minpoolsize": ("10", "the first requests after a pause open connections while they wait"),
    "readpreference": ("secondaryPreferred", "all reads go to the primary"),
    "w": ("majority", "writes are confirmed at another cost than the document's"),
    "journal": ("true", "writes are confirmed before they are on the disk: faster than promised"),
    "compressors": ("zlib", "another share of CPU and network than the document's"),
}
"""Of the URI, with the document's value and what another one does."""
_FULL = 0.9
_SHOWN = 5


def findings(facts: Facts) -> Iterator[Finding]:
    """Of all that there is."""
    if facts.redis:
        yield from _of_redis(facts.redis)
    if facts.mongo:
        yield from _of_mongo(facts.mongo)
    if facts.indexes:
        yield from _of_indexes(facts.indexes)


def _of_redis(redis: RedisFacts) -> Iterator[Finding]:
    if redis.unreachable:
        yield _unreachable("redis", redis.where, redis.unreachable)
        return
    if redis.max_memory is not None and redis.max_memory != DOCUMENT_MEMORY:
        has = format_size(redis.max_memory) if redis.max_memory else "no limit"
        yield Finding(
            rule="redis-memory",
            level=Level.WARNING,
            what=f"Redis {redis.where} has {has} for its memory, the document 256 MB",
            consequence="another part of answers comes from the cache"
            + ("" if redis.max_memory else ", and nothing keeps it from filling the machine"),
            remedy="CONFIG SET maxmemory 256mb",
        )
    if redis.policy and redis.policy != DOCUMENT_POLICY:
        refuses = redis.policy == "noeviction"
        yield Finding(
            rule="redis-policy",
            level=Level.PROBLEM if refuses else Level.WARNING,
            what=f"Redis {redis.where} evicts by {redis.policy}, the document by allkeys-lru",
            consequence="a full cache refuses writes, and every answer is made anew"
            if refuses
            else "other keys are kept than the document's",
            remedy="CONFIG SET maxmemory-policy allkeys-lru",
        )
    if redis.used and redis.max_memory and redis.used > _FULL * redis.max_memory:
        yield Finding(
            rule="redis-full",
            level=Level.WARNING,
            what=f"Redis {redis.where} is full: {format_size(redis.used)} of "
            f"{format_size(redis.max_memory)}",
            consequence="keys are evicted while it is measured, and hits become misses",
            remedy="FLUSHDB before a run, or more memory.",
        )
    if redis.persists:
        yield Finding(
            rule="redis-persistence",
            level=Level.NOTE,
            what=f"Redis {redis.where} writes what it has to the disk (AOF)",
            consequence="writes wait for the disk now and then; a cache needs none of it",
            remedy="CONFIG SET appendonly no",
        )


def _of_mongo(mongo: MongoFacts) -> Iterator[Finding]:
    if mongo.unreachable:
        yield _unreachable("mongo", mongo.where, mongo.unreachable)
        return
    differ = [
        f"{name} is {mongo.options.get(name, 'not set')} (document: {value}): {effect}"
        for name, (value, effect) in DOCUMENT_OPTIONS.items()
        if mongo.options.get(name, "").lower() != value.lower()
    ]
    if differ:
        yield Finding(
            rule="mongo-options",
            level=Level.NOTE,
            what=f"the URI of {mongo.where} differs from the document's tuning in "
            f"{counted(len(differ), 'option')}",
            consequence="; ".join(differ),
            remedy="Put them into the URI of the backend, unless its code sets them.",
        )
    if mongo.replica_set is False:
        yield Finding(
            rule="mongo-standalone",
            level=Level.WARNING,
            what=f"{mongo.where} is no replica set",
            consequence="w: majority waits for nobody: writes are faster than in production",
            remedy="A replica set of one member at least: --replSet, rs.initiate().",
        )
    if mongo.profiling:
        yield Finding(
            rule="mongo-profiler",
            level=Level.WARNING if mongo.profiling == 1 else Level.PROBLEM,
            what=f"the profiler of {mongo.where} is at level {mongo.profiling}",
            consequence="operations are written into system.profile while they are measured",
            remedy="db.setProfilingLevel(0)",
        )
    left, used = mongo.connections_left, mongo.connections
    if left is not None and used is not None and left < used:
        yield Finding(
            rule="mongo-connections",
            level=Level.WARNING,
            what=f"{mongo.where} has {used:,} connections, and room for {left:,} more",
            consequence="pools that grow under load are refused",
            remedy="Fewer workers or smaller pools, or net.maxIncomingConnections.",
        )


def _of_indexes(indexes: IndexFacts) -> Iterator[Finding]:
    if indexes.unseen:
        yield Finding(
            rule="indexes-unseen",
            level=Level.WARNING,
            what=f"the indexes of {indexes.where} could not be looked at: {indexes.unseen}",
            consequence="one that is missing would not be seen",
        )
    if indexes.missing:
        names = ", ".join(indexes.missing[:_SHOWN])
        more = len(indexes.missing) - _SHOWN
        number = len(indexes.missing)
        yield Finding(
            rule="missing-indexes",
            level=Level.PROBLEM,
            what=f"{'1 index' if number == 1 else f'{number} indexes'} of the catalogue "
            f"{'is' if number == 1 else 'are'} missing in {indexes.where}: {names}"
            + (f" and {more} more" if more > 0 else ""),
            consequence="queries scan whole collections, and more data makes them slower",
            remedy="kampyn-perf indexes plan shows them, kampyn-perf indexes apply makes them.",
        )
    if indexes.conflicts:
        yield Finding(
            rule="conflicting-indexes",
            level=Level.WARNING,
            what=f"{', '.join(indexes.conflicts[:_SHOWN])} differ from the catalogue",
            consequence="queries may use another index than the one that was meant",
            remedy="kampyn-perf indexes plan",
        )


def _unreachable(what: str, where: str, why: str) -> Finding:
    return Finding(
        rule=f"{what}-unreachable",
        level=Level.PROBLEM,
        what=f"{where} cannot be reached: {why}",
        consequence="nothing is known of it; a backend that uses it fails, or does without",
        remedy="Is it running, and is the address right?",
    )
