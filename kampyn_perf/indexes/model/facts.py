"""What a server says about cost and use: key lengths, room, operations of each index. Bytes and
Unix microseconds."""

from __future__ import annotations

from dataclasses import dataclass


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
    cache_used_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class IndexUse:
    """Operations that used one index on one node, since that node began to count."""

    index: str
    node: str
    operations: int
    since_us: int
    shard: str = ""


@dataclass(frozen=True, kw_only=True)
class UseReport:
    """Use of a collection's indexes. Without every node nothing is proved."""

    uses: tuple[IndexUse, ...] = ()
    unasked: tuple[str, ...] = ()
    """Nodes that did not answer, each with why."""
    supported: bool = True
    """False: the engine keeps no such figures."""
