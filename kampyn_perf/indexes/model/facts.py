"""What a server says about cost and use: key lengths, room, operations of each index. Bytes and
Unix microseconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kampyn_perf.units import counted


@dataclass(frozen=True, kw_only=True)
class KeySizes:
    """How long the keys of an index would be, by a sample of documents."""

    sampled: int
    mean_bytes: float
    longest_bytes: int


@dataclass(frozen=True, kw_only=True)
class Headroom:
    """Room for a build, as far as the server says; None where it does not."""

    disk_free_bytes: int | None = None
    cache_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class IndexUse:
    """Operations that used one index on one node, since that node began to count."""

    index: str
    node: str
    operations: int
    since_us: int | None
    """None: the server does not say."""
    shard: str = ""


@dataclass(frozen=True, kw_only=True)
class UseReport:
    """Use of a collection's indexes. Without every node nothing is proved."""

    uses: tuple[IndexUse, ...] = ()
    asked: tuple[str, ...] = ()
    """Nodes that answered."""
    unasked: tuple[str, ...] = ()
    """Nodes that did not answer, each with why."""
    supported: bool = True
    """False: the engine keeps no such figures."""

    @property
    def nodes(self) -> frozenset[str]:
        """Those that answered, or have figures."""
        return frozenset(self.asked) | {use.node for use in self.uses}

    @property
    def extent(self) -> str:
        """`2 nodes of 3`."""
        known = len(self.nodes)
        return f"{counted(known, 'node')} of {known + len(self.unasked)}"


@dataclass(frozen=True, kw_only=True)
class Unindexable:
    """A document that would make a build fail, or inserts afterwards."""

    id: Any
    reason: str


@dataclass(frozen=True, kw_only=True)
class Expiry:
    """What an index that expires documents would delete at once."""

    documents: int
    """That were looked at: all, or a sample."""
    expired: int
    oldest_us: int | None = None
    """Unix microseconds of the oldest date; None: there is none."""
    types: Mapping[str, int] = field(default_factory=dict)
    """How many documents have a value of each type in the field; `missing` for none."""
    sampled: bool = False
    """Counting all of them took too long."""

    @property
    def share(self) -> float:
        return self.expired / self.documents if self.documents else 0.0
