"""The index that a shape asks for: equality, then sort, then range. Pure.

Equality fields may stand in any order, which is what makes indexes of several shapes one (`merge`).
A range stands last, because nothing after it is read in order; where it is narrow and the results
are few, before the sort may be better, which is said and not decided here. Source:
mongodb.com/docs/manual/tutorial/equality-sort-range-guideline.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kampyn_perf.indexes.advise.predicates import Predicate, Role
from kampyn_perf.indexes.advise.shape import Join, Shape, SortKey
from kampyn_perf.indexes.model.normalise import Normal

MOST_KEYS = 8
"""Fields of one advised index. Each costs space in every key; those left out are named."""
ANY = 0
"""A direction that does not matter: of a range."""


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An index as a shape asks for it."""

    namespace: str
    points: tuple[str, ...]
    """In any order."""
    tail: tuple[SortKey, ...] = ()
    """In this order; all directions may be turned together."""
    collation: str = ""
    notes: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        return len(self.points) + len(self.tail)


def candidates_of(shape: Shape, arrays: frozenset[str]) -> tuple[Candidate, ...]:
    """One, or one for each branch of an `$or`; none where no index narrows the shape down."""
    if not shape.branches:
        alone = _candidate(shape, shape.ordered(), arrays)
        return (alone,) if alone else ()
    common = shape.ordered()
    candidates: list[Candidate] = []
    for branch in sorted(shape.branches):
        if any(p.field == "_id" and p.is_point for p in branch):
            continue  # found by _id, which every collection has
        candidate = _candidate(shape, [*common, *branch], arrays) if _narrows(branch) else None
        if candidate is None:
            alone = _candidate(shape, common, arrays) if _narrows(common) else None
            return (alone,) if alone else ()
        candidates.append(candidate)
    return tuple(candidates)


def join_candidate(shape: Shape, join: Join) -> Candidate | None:
    """The index on the other side of a join. None where it goes by `_id`."""
    if "_id" in join.fields:
        return None
    return Candidate(
        namespace=f"{shape.database}.{join.collection}",
        points=join.fields[:MOST_KEYS],
        collation=shape.collation,
    )


def serves(index: Normal, candidate: Candidate) -> bool:
    """Whether `index` gives all that `candidate` asks for."""
    if index.hidden or index.is_special or index.partial or index.sparse:
        return False
    if (index.collation or "") != candidate.collation:
        return False
    keys = [(field, 1 if direction == 1 else -1) for field, direction in index.keys]
    count = len(candidate.points)
    if {field for field, _ in keys[:count]} != set(candidate.points):
        return False
    return _reads(keys[count : count + len(candidate.tail)], candidate.tail)


def same_turned(keys: Iterable[SortKey]) -> tuple[SortKey, ...]:
    return tuple((field, -direction) for field, direction in keys)


def _reads(keys: Sequence[SortKey], tail: Sequence[SortKey]) -> bool:
    if len(keys) != len(tail):
        return False
    return any(
        all(
            field == wanted and (direction == sign * asked or asked == ANY)
            for (field, direction), (wanted, asked) in zip(keys, tail, strict=True)
        )
        for sign in (1, -1)
    )


def _narrows(predicates: Iterable[Predicate]) -> bool:
    return any(p.is_point or p.role in (Role.RANGE, Role.LONG_LIST) for p in predicates)


def _candidate(
    shape: Shape, predicates: Sequence[Predicate], arrays: frozenset[str]
) -> Candidate | None:
    points = [p.field for p in predicates if p.is_point]
    if "_id" in points:
        return None
    single = {p.field for p in predicates if p.role is Role.POINT}
    sort = [key for key in shape.sort if key[0] not in single]
    # A list of points that is sorted by, too, is read in the order of the sort.
    points = list(dict.fromkeys(f for f in points if f not in {field for field, _ in sort}))
    used = {*points, *(field for field, _ in sort)}
    ranges = [
        p.field
        for p in predicates
        if p.role in (Role.RANGE, Role.LONG_LIST) and p.field not in used
    ]
    tail = [*sort, *((field, ANY) for field in ranges[:1])]
    if shape.key and shape.key not in used and not tail:
        tail.append((shape.key, ANY))
    notes = _notes(sort, ranges, shape.limited)
    points, tail, dropped = _one_array(points, tail, predicates, arrays)
    if dropped:
        notes.append(f"{', '.join(dropped)} left out: one array per index")
    if len(points) + len(tail) > MOST_KEYS:
        left = points[max(MOST_KEYS - len(tail), 0) :]
        points = points[: max(MOST_KEYS - len(tail), 0)]
        notes.append(f"{', '.join(left)} left out: an index of {MOST_KEYS} fields is long enough")
        tail = tail[:MOST_KEYS]
    if not points and not tail:
        return None
    return Candidate(
        namespace=shape.namespace,
        points=tuple(points),
        tail=tuple(tail),
        collation=shape.collation,
        notes=tuple(notes),
    )


def _notes(sort: Sequence[SortKey], ranges: Sequence[str], limited: bool) -> list[str]:
    notes = []
    if sort and ranges:
        notes.append(
            f"the range on {ranges[0]} stands after the sort"
            + ("" if limited else ", without a limit")
            + ": where it is narrow, before it may be faster; measure both with `effect`"
        )
    if len(ranges) > 1:
        notes.append(f"only one range bounds an index; not in it: {', '.join(ranges[1:])}")
    return notes


def _one_array(
    points: list[str],
    tail: list[SortKey],
    predicates: Sequence[Predicate],
    arrays: frozenset[str],
) -> tuple[list[str], list[SortKey], list[str]]:
    """Two arrays cannot stand in one index (error 171): the first stays."""
    marked = {p.field for p in predicates if p.array}
    kept: str | None = None
    dropped: list[str] = []
    for field in [*points, *(field for field, _ in tail)]:
        root = _array_root(field, marked, arrays)
        if root is None:
            continue
        if kept is None:
            kept = root
        elif root != kept:
            dropped.append(field)
    return (
        [field for field in points if field not in dropped],
        [key for key in tail if key[0] not in dropped],
        dropped,
    )


def _array_root(field: str, marked: set[str], arrays: frozenset[str]) -> str | None:
    for array in sorted(arrays):
        if field == array or field.startswith(array + "."):
            return array
    # `items.kind` of an $elemMatch: the array is `items`.
    if field in marked:
        return field.rpartition(".")[0] or field
    return None
