"""Which indexes a collection is known to have, and from where. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from kampyn_perf.indexes.advise.candidate import Candidate, serves
from kampyn_perf.indexes.advise.tally import Tally
from kampyn_perf.indexes.model.normalise import Normal, normal_of
from kampyn_perf.indexes.model.spec import IndexSpec, Key, default_name

_SCAN = re.compile(r"(?:IXSCAN|COUNT_SCAN|DISTINCT_SCAN|EXPRESS_IXSCAN) \{ ([^}]*) \}")
_ID = IndexSpec(keys=(("_id", 1),), name="_id_")


class Source(StrEnum):
    LIVE = "live"
    CATALOGUE = "catalogue"
    SEEN = "seen"
    """A recorded plan used it."""


@dataclass(frozen=True, kw_only=True)
class KnownIndex:
    name: str
    normal: Normal
    source: Source


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of one collection."""

    indexes: tuple[KnownIndex, ...] = ()
    live: bool = False
    """The server was asked: an index that is not here is not there."""
    declared: bool = False
    """The catalogue has the collection."""
    arrays: frozenset[str] = frozenset()
    documents: int | None = None

    def serving(self, candidate: Candidate) -> KnownIndex | None:
        """The first that gives all that is asked for, live ones before those declared."""
        order = list(Source)
        fitting = [index for index in self.indexes if serves(index.normal, candidate)]
        return min(fitting, key=lambda index: order.index(index.source), default=None)

    @property
    def there(self) -> tuple[KnownIndex, ...]:
        """Those that exist, as far as anybody said."""
        return tuple(index for index in self.indexes if index.source is not Source.CATALOGUE)


def with_seen(known: Known, tallies: Iterable[Tally]) -> Known:
    """`known` with `_id_`, and with what recorded plans used where the server was not asked."""
    indexes = list(known.indexes)
    normals = {index.normal.keys for index in indexes if index.source is not Source.CATALOGUE}
    specs = [_ID] if known.live else [_ID, *(spec for t in tallies for spec in _plan_specs(t))]
    for spec in specs:
        normal = normal_of(spec)
        if normal.keys not in normals:
            normals.add(normal.keys)
            name = spec.name or default_name(spec.keys)
            indexes.append(KnownIndex(name=name, normal=normal, source=Source.SEEN))
    return Known(
        indexes=tuple(indexes),
        live=known.live,
        declared=known.declared,
        arrays=known.arrays,
        documents=known.documents,
    )


def used_in(index: KnownIndex, tally: Tally) -> bool:
    """Whether a recorded plan of the shape read `index`."""
    return any(keys == index.normal.keys for keys in plan_keys(tally.plans))


def plan_keys(plans: Iterable[str]) -> Iterator[tuple[Key, ...]]:
    """The key patterns in `IXSCAN { vendorId: 1, createdAt: -1 }`."""
    for plan in plans:
        for scan in _SCAN.findall(plan):
            keys = []
            for part in scan.split(", "):
                path, _, direction = part.rpartition(": ")
                if not path or direction.strip('"') not in ("1", "-1", "1.0", "-1.0"):
                    break
                keys.append((path.strip('"'), 1 if not direction.startswith("-") else -1))
            else:
                yield tuple(keys)


def _plan_specs(tally: Tally) -> Iterator[IndexSpec]:
    yield from (IndexSpec(keys=keys) for keys in plan_keys(tally.plans))
