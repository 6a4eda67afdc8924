"""Wildcard keys. Source:
https://www.mongodb.com/docs/manual/core/indexes/index-types/index-wildcard/reference/restrictions/
(before 7.0: https://www.mongodb.com/docs/v6.0/reference/index-wildcard-restrictions/)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kampyn_perf.indexes.model.limits.refusal import (
    BAD_VALUE,
    CANNOT_CREATE,
    FAILED_TO_PARSE,
    Refusal,
    Version,
)
from kampyn_perf.indexes.model.options import TEXT
from kampyn_perf.indexes.model.spec import WILDCARD, IndexSpec, Key, is_wildcard_path
from kampyn_perf.indexes.model.values import normal_projection, number

COMPOUND_SINCE: Version = (7, 0)


def refusals(spec: IndexSpec) -> Iterator[Refusal]:
    projection = spec.options.get("wildcardProjection")
    if not spec.is_wildcard:
        if projection is not None:
            yield _refusal("wildcardProjection needs the key $**", code=BAD_VALUE)
        return
    wild = [key for key in spec.keys if is_wildcard_path(key[0]) and key[1] != TEXT]
    plain = [key for key in spec.keys if key not in wild]
    if len(wild) > 1:
        yield _refusal("a key has one wildcard at most")
    elif plain:
        yield _refusal("a compound wildcard key", since=COMPOUND_SINCE)
        yield from _compound(wild[0][0], plain, projection)
    if any(_is_descending(kind) for _, kind in wild):
        yield _refusal("a descending wildcard key", since=COMPOUND_SINCE)
    yield from _options(spec)
    if projection is not None:
        yield from _projection(wild, projection)


def _options(spec: IndexSpec) -> Iterator[Refusal]:
    if spec.unique or spec.ttl_seconds is not None:
        yield _refusal("a wildcard index can be neither unique nor expire documents")
    if spec.sparse:
        yield _refusal("a wildcard index is sparse by itself, and does not take the option")
    if any(isinstance(kind, str) for _, kind in spec.keys):
        yield _refusal("a wildcard key is ascending or descending, and so is all beside it")


def _compound(
    wild: str, plain: list[Key], projection: Mapping[str, Any] | None
) -> Iterator[Refusal]:
    if wild != WILDCARD:
        root = wild.removesuffix("." + WILDCARD)
        both = [path for path, _ in plain if _overlap(path, root)]
    elif not projection:
        yield _refusal("a compound key with $** on all fields needs a wildcardProjection")
        return
    else:
        both = [path for path, _ in plain if _is_projected(path, projection)]
    if both:
        yield _refusal(f"{', '.join(both)} may not be in the wildcard as well")


def _projection(wild: list[Key], projection: Mapping[str, Any]) -> Iterator[Refusal]:
    if any(path != WILDCARD for path, _ in wild):
        message = "wildcardProjection needs the key $** itself, not one below a field"
        yield _refusal(message, code=FAILED_TO_PARSE)
    paths = normal_projection(projection)
    if not paths:
        yield _refusal("an empty wildcardProjection", code=FAILED_TO_PARSE)
    if len({kept for path, kept in paths.items() if path != "_id"}) > 1:
        message = "wildcardProjection names fields to index or fields to leave out, not both"
        yield _refusal(message, code=FAILED_TO_PARSE)


def _is_projected(path: str, projection: Mapping[str, Any]) -> bool:
    """Whether the wildcard would index `path` too."""
    paths = normal_projection(projection)
    others = {known: kept for known, kept in paths.items() if known != "_id"}
    if path == "_id":
        return bool(paths.get("_id"))
    if any(others.values()):
        return any(_overlap(path, known) for known in others)
    return not any(_is_below(path, known) for known in others)


def _overlap(path: str, other: str) -> bool:
    return _is_below(path, other) or _is_below(other, path)


def _is_below(path: str, root: str) -> bool:
    return path == root or path.startswith(root + ".")


def _is_descending(kind: object) -> bool:
    value = number(kind)
    return isinstance(value, int | float) and value < 0


def _refusal(message: str, *, code: int = CANNOT_CREATE, since: Version | None = None) -> Refusal:
    return Refusal(rule="wildcard-key", message=message, code=code, since=since)
