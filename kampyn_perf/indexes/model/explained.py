"""What a query's plan does, whichever engine made it: the values that adapters report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Reach(StrEnum):
    """How one leaf of a plan reaches its documents."""

    INDEX = "index scan"
    PRIMARY = "primary key"
    COLLECTION = "collection scan"
    NOTHING = "no documents"
    """Proved empty by the planner, no such collection, or counted from metadata."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One leaf of the winning plan."""

    reach: Reach
    stage: str
    index: str = ""
    keys: Mapping[str, Any] | None = None
    shard: str = ""
    collection: str = ""
    """Set where it is not the query's own: the other side of a `$lookup` or `$unionWith`."""


@dataclass(frozen=True, kw_only=True)
class Explained:
    """What a plan does, in the words that expectations are written in."""

    scans: tuple[Scan, ...]
    in_memory_sort: bool = False
    spilled: bool = False
    """A sort or group wrote to disk."""
    covered: bool = False
    """Answered from index keys alone."""
    returned: int | None = None
    """Documents that the access path gave, before later stages of an aggregation."""
    keys_examined: int | None = None
    docs_examined: int | None = None
    execution_ms: int | None = None
    unknown_stages: tuple[str, ...] = ()

    @property
    def indexes(self) -> tuple[str, ...]:
        """Names of the indexes used on the query's own collection, each once."""
        names = (scan.index for scan in self.scans if scan.index and not scan.collection)
        return tuple(dict.fromkeys(names))

    @property
    def foreign(self) -> tuple[Scan, ...]:
        """Of collections that are joined, each once."""
        return tuple(dict.fromkeys(_plain(scan) for scan in self.scans if scan.collection))

    @property
    def reach(self) -> Reach:
        """The worst of the query's own scans: one shard that scans everything decides."""
        reaches = {scan.reach for scan in self.scans if not scan.collection}
        for reach in (Reach.COLLECTION, Reach.UNKNOWN, Reach.INDEX, Reach.PRIMARY, Reach.NOTHING):
            if reach in reaches:
                return reach
        return Reach.UNKNOWN

    @property
    def examined_per_result(self) -> float | None:
        """Keys or documents examined, whichever is more, per document returned (0 counts as 1)."""
        counts = [count for count in (self.keys_examined, self.docs_examined) if count is not None]
        if not counts or self.returned is None:
            return None
        return max(counts) / max(self.returned, 1)


def _plain(scan: Scan) -> Scan:
    """Without its key pattern, which no dictionary takes as a key."""
    return replace(scan, keys=None)


class NotAnExplainError(ValueError):
    """The document has no plan in it: another kind of server, or an error passed for a plan."""
