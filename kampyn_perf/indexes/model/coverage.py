"""Which index can stand in for which: the prefix rule, with its traps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kampyn_perf.indexes.model.normalise import Normal
from kampyn_perf.indexes.model.options import OPTIONS
from kampyn_perf.indexes.model.spec import Key


def is_prefix(short: tuple[Key, ...], long: tuple[Key, ...]) -> bool:
    """Whether `long` can be read in the order of `short`: its first keys are the same, in the same
    directions or all in the opposite ones. Whole key names are compared, never joined text."""
    if len(short) > len(long):
        return False
    pairs = list(zip(short, long[: len(short)], strict=True))
    if any(a[0] != b[0] or isinstance(a[1], str) or isinstance(b[1], str) for a, b in pairs):
        return False
    same = [_ascending(a[1]) == _ascending(b[1]) for a, b in pairs]
    return all(same) or not any(same)


def covers(other: Normal, index: Normal) -> bool:
    """Whether every query that `index` serves is served by `other` as well.

    Uniqueness and expiry are not about queries, and not looked at. A partial or sparse index holds
    fewer documents, so it only stands in for one with the same restriction; a special one (text,
    hashed, geo, wildcard) only for its equal. An index that is hidden serves nothing.
    """
    if other.hidden:
        return False
    if _for_queries(other) == _for_queries(index):
        return True
    if index.is_special or other.is_special:
        return False
    return (
        is_prefix(index.keys, other.keys)
        and other.collation == index.collation
        and (other.partial, other.sparse) in ((None, False), (index.partial, index.sparse))
    )


def redundant_to(index: Normal, others: Iterable[tuple[str, Normal]]) -> str:
    """The name of an index that makes `index` superfluous, or empty.

    One that is unique, expires documents, or is partial, sparse, hidden or special does more than
    serve queries, or serves other ones: never redundant.
    """
    if (
        index.unique
        or index.ttl is not None
        or index.partial
        or index.sparse
        or index.hidden
        or index.is_special
    ):
        return ""
    return next((name for name, other in others if covers(other, index)), "")


def _for_queries(index: Normal) -> Normal:
    """Without what no query can tell. The direction of a single key is one of those."""
    keys = index.keys
    if len(keys) == 1 and not index.is_special:
        keys = ((keys[0][0], 1),)
    unseen = [option.name for option in OPTIONS if not option.for_queries]
    return replace(index.without(unseen), keys=keys)


def _ascending(direction: object) -> bool:
    return not isinstance(direction, int | float) or direction > 0
