"""What no server would accept of a single definition: MongoDB's error 67, known beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kampyn_perf.indexes.model.options import OPTIONS, PLANE, TEXT
from kampyn_perf.indexes.model.spec import HASHED, MAX_KEYS, IndexSpec, is_wildcard_path
from kampyn_perf.indexes.model.values import is_operators, truth

MAX_TTL_SECONDS = 2**31 - 1
PARTIAL_OPERATORS = frozenset({"$eq", "$exists", "$gt", "$gte", "$lt", "$lte", "$type", "$in"})
_OF_TEXT = {option.name for option in OPTIONS if option.only_with == TEXT}
PARTIAL_LOGIC = frozenset({"$and", "$or"})
"""$or and $in inside a partial filter: MongoDB 6.0 and newer."""


@dataclass(frozen=True)
class Refusal:
    """One reason why a definition is impossible: the lint rule that explains it, and words."""

    rule: str
    message: str


def max_namespace_bytes(version: tuple[int, ...]) -> int:
    """How long `database.collection` may be. An index's own name has no limit since 4.2."""
    return 255 if version >= (4, 4) else 120


def refusals(spec: IndexSpec) -> tuple[Refusal, ...]:
    """Every reason at once."""
    return tuple(_refusals(spec))


def unsupported_operators(expression: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts of a partial filter that MongoDB refuses, in order, as `field: {$ne: ...}`."""
    refused: list[str] = []
    for key, value in expression.items():
        if key in PARTIAL_LOGIC and isinstance(value, list | tuple):
            parts = [part for part in value if isinstance(part, Mapping)]
            refused += [bad for part in parts for bad in unsupported_operators(part)]
            refused += [key] if len(parts) < len(value) else []
        elif key.startswith("$"):
            refused.append(key)
        elif is_operators(value):
            refused += [
                f"{key}: {{{operator}: {'false' if operator == '$exists' else '...'}}}"
                for operator, argument in value.items()
                if operator not in PARTIAL_OPERATORS
                or (operator == "$exists" and not truth(argument))
            ]
    return tuple(refused)


def _refusals(spec: IndexSpec) -> Iterator[Refusal]:
    if spec.partial is not None:
        for bad in unsupported_operators(spec.partial):
            yield Refusal(
                "partial-filter-operator",
                f"a partial filter cannot have {bad}; allowed are equality, $exists: true, $gt, "
                "$gte, $lt, $lte, $type, $in, $and and $or",
            )
        if spec.sparse:
            yield Refusal("sparse-and-partial", "sparse and a partial filter exclude each other")
    if spec.ttl_seconds is not None:
        yield from _ttl_refusals(spec)
    if spec.is_hashed:
        yield from _hashed_refusals(spec)
    if len(spec.keys) > MAX_KEYS:
        message = f"{len(spec.keys)} keys; MongoDB allows {MAX_KEYS}"
        yield Refusal("too-many-keys", message)
    yield from _special_refusals(spec)


def _ttl_refusals(spec: IndexSpec) -> Iterator[Refusal]:
    if len(spec.keys) > 1:
        yield Refusal("ttl-on-compound", "documents expire by a single-field index only")
    if spec.is_special:
        yield Refusal("ttl-on-special", "documents expire by a plain ascending or descending key")
    if spec.fields == ("_id",):
        yield Refusal("ttl-on-special", "the index on _id cannot expire documents")
    seconds = spec.ttl_seconds
    if isinstance(seconds, int | float) and not 0 <= seconds <= MAX_TTL_SECONDS:
        yield Refusal("ttl-out-of-range", f"{seconds} is not within 0 and {MAX_TTL_SECONDS} s")


def _hashed_refusals(spec: IndexSpec) -> Iterator[Refusal]:
    if spec.unique:
        yield Refusal("hashed-and-unique", "a hashed index cannot be unique")
    if sum(kind == HASHED for _, kind in spec.keys) > 1:
        yield Refusal("special-keys", "one hashed field per index at most")


def _special_refusals(spec: IndexSpec) -> Iterator[Refusal]:
    if spec.unique and spec.is_text:
        yield Refusal("special-keys", "a text index cannot be unique")
    if spec.is_wildcard and (spec.unique or spec.ttl_seconds is not None):
        yield Refusal("special-keys", "a wildcard index can be neither unique nor expire documents")
    if "wildcardProjection" in spec.options and not spec.is_wildcard:
        yield Refusal("special-keys", "wildcardProjection needs the key $**")
    has_collation = spec.collation is not None and spec.collation.get("locale") != "simple"
    if has_collation and (spec.is_text or any(kind == PLANE for _, kind in spec.keys)):
        yield Refusal("special-keys", "text and 2d indexes know only the simple collation")
    if spec.keys == (("_id", -1),):
        yield Refusal("special-keys", "an index on _id alone is ascending or hashed")
    has_options = spec.unique or spec.sparse or spec.partial is not None or spec.hidden
    if spec.fields == ("_id",) and not spec.is_hashed and has_options:
        yield Refusal("special-keys", "the index on _id takes no options")
    if not spec.is_text and spec.options.keys() & _OF_TEXT:
        yield Refusal("special-keys", "weights and languages belong to a text index")
    kinds = {kind for _, kind in spec.keys if isinstance(kind, str)}
    if len(kinds) > 1:
        yield Refusal("special-keys", f"one special kind per index, not {', '.join(sorted(kinds))}")
    if any(is_wildcard_path(path) and kind not in (1, -1, TEXT) for path, kind in spec.keys):
        yield Refusal("special-keys", "a wildcard key is ascending, descending or text")
