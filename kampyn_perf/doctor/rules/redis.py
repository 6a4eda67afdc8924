"""Rules about Redis, against the document's tuning: pure."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.doctor.document import MEMORY, POLICY
from kampyn_perf.doctor.facts import RedisFacts
from kampyn_perf.doctor.findings import Finding, Level
from kampyn_perf.doctor.rules.reach import unreachable
from kampyn_perf.units import format_size

_FULL = 0.9


def of_redis(redis: RedisFacts) -> Iterator[Finding]:
    """Whether it caches as the document's does."""
    if redis.unreachable:
        yield unreachable("redis", redis.where, redis.unreachable)
        return
    if redis.max_memory is not None and redis.max_memory != MEMORY:
        has = format_size(redis.max_memory) if redis.max_memory else "no limit"
        yield Finding(
            rule="redis-memory",
            level=Level.WARNING,
            what=f"Redis {redis.where} has {has} for its memory, the document 256 MB",
            consequence="another part of answers comes from the cache"
            + ("" if redis.max_memory else ", and nothing keeps it from filling the machine"),
            remedy="CONFIG SET maxmemory 256mb",
        )
    if redis.policy and redis.policy != POLICY:
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
