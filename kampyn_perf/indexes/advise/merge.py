"""Candidates of several shapes made as few indexes as serve them all. Pure.

One candidate serves another when its keys, in some order of its equality fields, begin with what
the other asks for. `Layout` holds the orders that are still open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from kampyn_perf.indexes.advise.candidate import ANY, Candidate, same_turned
from kampyn_perf.indexes.advise.shape import SortKey
from kampyn_perf.indexes.model.spec import Key


@dataclass(frozen=True)
class Layout:
    """The keys of an index whose equality fields are only partly in order."""

    blocks: tuple[tuple[str, ...], ...]
    """Equality fields; within a block in any order."""
    tail: tuple[SortKey, ...]
    directions: dict[str, int] = field(default_factory=dict, hash=False)
    """Of equality fields, where another candidate needs one."""

    def keys(self) -> tuple[Key, ...]:
        points = [name for block in self.blocks for name in block]
        return (
            *((name, self.directions.get(name, 1)) for name in points),
            *((name, direction or 1) for name, direction in self.tail),
        )

    def absorb(self, points: Sequence[str], tail: Sequence[SortKey]) -> Layout | None:
        """This layout in an order that serves those points and that tail too; None: there is no
        such order."""
        return self._absorb(points, tail) or self._absorb(points, same_turned(tail))

    def _absorb(self, points: Sequence[str], tail: Sequence[SortKey]) -> Layout | None:
        reader = _Reader(self)
        return reader.layout() if reader.take_points(points) and reader.take_tail(tail) else None


class _Reader:
    """Walks a layout's keys from the front, fixing orders as it must."""

    def __init__(self, layout: Layout) -> None:
        self.done: list[tuple[str, ...]] = []
        self.blocks = list(layout.blocks)
        self.tail = list(layout.tail)
        self.taken: list[SortKey] = []
        self.directions = dict(layout.directions)

    def layout(self) -> Layout:
        return Layout(
            (*self.done, *self.blocks), (*self.taken, *self.tail), directions=self.directions
        )

    def take_points(self, points: Sequence[str]) -> bool:
        left = list(points)
        while left:
            if self.blocks:
                block = self.blocks[0]
                inside = tuple(name for name in block if name in left)
                if not inside or (len(inside) < len(block) and len(inside) < len(left)):
                    return False
                self._split(inside)
            elif self.tail and self.tail[0][0] in left:
                inside = (self.tail[0][0],)
                self.taken.append(self.tail.pop(0))
            else:
                return False
            left = [name for name in left if name not in inside]
        return True

    def take_tail(self, tail: Sequence[SortKey]) -> bool:
        for name, direction in tail:
            if self.blocks:
                if name not in self.blocks[0]:
                    return False
                self._split((name,))
                if direction != ANY and self.directions.setdefault(name, direction) != direction:
                    return False
            elif not self.tail or self.tail[0][0] != name:
                return False
            else:
                mine = self.tail.pop(0)
                if ANY not in (mine[1], direction) and mine[1] != direction:
                    return False
                self.taken.append((name, mine[1] or direction))
        return True

    def _split(self, inside: tuple[str, ...]) -> None:
        block = self.blocks.pop(0)
        rest = tuple(name for name in block if name not in inside)
        self.done.append(inside)
        if rest:
            self.blocks.insert(0, rest)


@dataclass(frozen=True)
class Merged:
    """One index to be, and the candidates that it serves (by their place in the list given)."""

    candidate: Candidate
    layout: Layout
    members: tuple[int, ...]


def merge(candidates: Sequence[Candidate]) -> tuple[Merged, ...]:
    """The longest first; each takes in what it can serve."""
    order = sorted(range(len(candidates)), key=lambda i: (-candidates[i].width, i))
    merged: list[Merged] = []
    for place in order:
        candidate = candidates[place]
        for position, taker in enumerate(merged):
            layout = _together(taker, candidate)
            if layout is not None:
                merged[position] = replace(taker, layout=layout, members=(*taker.members, place))
                break
        else:
            layout = Layout((candidate.points,) if candidate.points else (), candidate.tail)
            merged.append(Merged(candidate, layout, (place,)))
    return tuple(merged)


def _together(taker: Merged, candidate: Candidate) -> Layout | None:
    same_place = taker.candidate.namespace == candidate.namespace
    if not same_place or taker.candidate.collation != candidate.collation:
        return None
    return taker.layout.absorb(candidate.points, candidate.tail)


def after_existing(layout: Layout, existing: Iterable[Sequence[Key]]) -> Layout:
    """The layout in an order that begins with indexes that are there, where that costs nothing, so
    that they become superfluous; the longest first."""
    plain = [
        [(name, direction) for name, direction in keys if not isinstance(direction, str)]
        for keys in existing
        if all(not isinstance(direction, str) for _, direction in keys)
    ]
    for keys in sorted(plain, key=len, reverse=True):
        exact = [(name, 1 if direction > 0 else -1) for name, direction in keys]
        layout = layout.absorb((), exact) or layout
    return layout
