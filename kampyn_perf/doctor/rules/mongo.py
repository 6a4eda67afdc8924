"""Rules about MongoDB, against the document's tuning: pure."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.doctor.document import OPTIONS
from kampyn_perf.doctor.facts import MongoFacts
from kampyn_perf.doctor.findings import Finding, Level
from kampyn_perf.doctor.rules.reach import unreachable
from kampyn_perf.units import counted


def of_mongo(mongo: MongoFacts) -> Iterator[Finding]:
    """Whether it writes and reads as the document's does."""
    if mongo.unreachable:
        yield unreachable("mongo", mongo.where, mongo.unreachable)
        return
    differ = [
        f"{name} is {mongo.options.get(name, 'not set')} (document: {value}): {effect}"
        for name, (value, effect) in OPTIONS.items()
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
