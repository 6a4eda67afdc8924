"""What was looked at, in a line, whatever it came to; and what could not be seen. Pure.

No finding means that all is well only where something was seen.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from kampyn_perf.doctor.facts import (
    Facts,
    IndexFacts,
    MachineFacts,
    MongoFacts,
    RedisFacts,
    TargetFacts,
)
from kampyn_perf.units import format_duration, format_percent, format_size

Look = tuple[str, str | None]
"""A name, and its value in words; None where it could not be seen."""


def seen(facts: Facts) -> tuple[list[str], list[str]]:
    """What was seen, with its value, and the names of what was not."""
    looks = list(_looks(facts))
    return (
        [f"{name} {value}" for name, value in looks if value is not None],
        [name for name, value in looks if value is None],
    )


def _looks(facts: Facts) -> Iterator[Look]:
    if facts.machine:
        yield from _of_machine(facts.machine)
    if facts.target and not facts.target.unreachable:
        yield from _of_target(facts.target)
    if facts.redis and not facts.redis.unreachable:
        yield from _of_redis(facts.redis)
    if facts.mongo and not facts.mongo.unreachable:
        yield from _of_mongo(facts.mongo)
    if facts.indexes and not facts.indexes.unseen:
        yield from _of_indexes(facts.indexes)


def _of_machine(machine: MachineFacts) -> Iterator[Look]:
    most = max(machine.descriptors_soft or 0, machine.descriptors_hard or 0)
    files = "without limit" if most == sys.maxsize else f"{most:,}"
    memory = None if machine.memory_available is None else format_size(machine.memory_available)
    load = None if machine.load_average is None else f"{machine.load_average:.1f}"
    yield "CPU frequency", ", ".join(sorted(set(machine.governors))) or None
    yield "clock source", machine.clock_source or None
    yield "files", files if most else None
    yield "ephemeral ports", None if machine.ports is None else f"{machine.ports:,}"
    yield "cores", None if machine.cores is None else str(machine.cores)
    yield "load average", load
    yield "other programs", _share(machine.other_cpu)
    yield "steal", _share(machine.steal)
    yield "noise", _share(machine.noise)
    yield "memory left", memory
    yield "Python", machine.python or None


def _of_target(target: TargetFacts) -> Iterator[Look]:
    yield "target status", None if target.status is None else str(target.status)
    yield "an answer", None if target.answer_us is None else format_duration(target.answer_us)
    yield "rate limiter", target.rate_limit.words if target.rate_limit else "none named"
    yield "debug mode", "; ".join(target.debug_signs) or "no sign"
    yield "compression", _flag(target.compresses)
    yield "keep-alive", _flag(target.keeps_alive)


def _of_redis(redis: RedisFacts) -> Iterator[Look]:
    memory = format_size(redis.max_memory) if redis.max_memory else "without limit"
    yield "Redis", redis.version or None
    yield "its memory", None if redis.max_memory is None else memory
    yield "its eviction", redis.policy or None
    yield "its append-only file", _flag(redis.persists)


def _of_mongo(mongo: MongoFacts) -> Iterator[Look]:
    connections = None if mongo.connections is None else f"{mongo.connections:,}"
    yield "MongoDB", mongo.version or None
    yield "options in its URI", ", ".join(sorted(mongo.options)) or "none"
    yield "replica set", _flag(mongo.replica_set)
    yield "profiler's level", None if mongo.profiling is None else str(mongo.profiling)
    yield "connections", connections


def _of_indexes(indexes: IndexFacts) -> Iterator[Look]:
    missing = len(indexes.missing)
    yield "indexes of the catalogue", f"{missing or 'none'} missing"


def _share(value: float | None) -> str | None:
    return None if value is None else format_percent(round(value, 3))


def _flag(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"
