"""Which indexes nobody uses, as far as that can be proved. Pure. Unix microseconds, bytes.

A server counts since its start, each node for itself. So "unused" takes zero operations on every
node, each of which has counted for long enough; and never an index whose work is not reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kampyn_perf.indexes.model.facts import IndexUse, UseReport
from kampyn_perf.indexes.model.limits import is_own_index
from kampyn_perf.indexes.model.live import LiveCollection, LiveIndex
from kampyn_perf.indexes.model.normalise import Normal, normal_live, read_listing
from kampyn_perf.indexes.model.ports import Build
from kampyn_perf.units import format_duration

DEFAULT_AGE_US = 7 * 86_400 * 1_000_000
"""For how long every node must have counted."""


class Use(StrEnum):
    USED = "used"
    UNUSED = "unused"
    NEEDED = "needed"
    """It does something besides reading; `reason` says what."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class IndexStats:
    collection: str
    index: LiveIndex
    use: Use
    reason: str
    uses: tuple[IndexUse, ...] = ()
    build: Build | None = None

    @property
    def operations(self) -> int | None:
        return sum(use.operations for use in self.uses) if self.uses else None

    @property
    def since_us(self) -> int | None:
        """When the node that counts the shortest began; None where one does not say."""
        moments = [use.since_us for use in self.uses]
        known = [moment for moment in moments if moment is not None]
        return max(known) if known and len(known) == len(moments) else None


def stats_of(
    live: LiveCollection,
    report: UseReport,
    builds: Sequence[Build],
    *,
    now_us: int,
    age_us: int = DEFAULT_AGE_US,
) -> tuple[IndexStats, ...]:
    """One for each index of the collection, in the server's order."""
    statistics = []
    for index in live.indexes:
        uses = tuple(use for use in report.uses if use.index == index.name)
        use, reason = _needed(index, live) or _counted(uses, report, now_us, age_us)
        build = next((build for build in builds if index.name in build.names), None)
        statistics.append(
            IndexStats(
                collection=live.name, index=index, use=use, reason=reason, uses=uses, build=build
            )
        )
    return tuple(statistics)


def _needed(index: LiveIndex, live: LiveCollection) -> tuple[Use, str] | None:
    if index.building and index.name != "_id_":
        return Use.UNKNOWN, "is being built"
    normal = normal_live(index)
    reasons = (
        (index.name == "_id_", "every collection has it"),
        (normal.unique, "keeps values unique"),
        (normal.ttl is not None, "expires documents"),
        (
            is_own_index(read_listing(index.definition), live.timeseries),
            "the server made it with the time-series collection",
        ),
        (_serves_shards(normal, live), "begins with the shard key"),
    )
    reason = next((words for is_so, words in reasons if is_so), "")
    return (Use.NEEDED, reason) if reason else None


def _serves_shards(normal: Normal, live: LiveCollection) -> bool:
    shard = tuple((live.shard_key or {}).items())
    return bool(shard) and normal.keys[: len(shard)] == shard


def _counted(
    uses: Sequence[IndexUse], report: UseReport, now_us: int, age_us: int
) -> tuple[Use, str]:
    if any(use.operations for use in uses):
        return Use.USED, ""
    since = [use.since_us for use in uses if use.since_us is not None]
    unproved = _unproved(uses, since, report)
    if unproved:
        return Use.UNKNOWN, unproved
    youngest = max(since)
    if now_us - youngest < age_us:
        return Use.UNKNOWN, f"counted for {format_duration(max(now_us - youngest, 0))} only"
    return Use.UNUSED, f"no operation; asked {report.extent}"


def _unproved(uses: Sequence[IndexUse], since: Sequence[int], report: UseReport) -> str:
    """Why figures of zero prove nothing, or an empty text."""
    if not report.supported:
        return "this engine does not count"
    if report.unasked:
        return f"asked {report.extent}; not asked: {'; '.join(report.unasked)}"
    if not uses:
        return "no figures"
    if len(since) < len(uses):
        silent = ", ".join(use.node for use in uses if use.since_us is None)
        return f"{silent} does not say since when it counts"
    return "" if {use.node for use in uses} == report.nodes else "not every node has it"
