"""Lint rules about one index by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kampyn_perf.indexes.lint.finding import Finding, at_entry
from kampyn_perf.indexes.lint.rules import Severity
from kampyn_perf.indexes.model.catalogue import Entry, WantedCollection
from kampyn_perf.indexes.model.limits import refusals
from kampyn_perf.indexes.model.matching import is_id_key
from kampyn_perf.indexes.model.ports import FieldSample
from kampyn_perf.indexes.model.values import normal_filter


def entry_findings(
    collection: WantedCollection, entry: Entry, sample: FieldSample | None
) -> Iterator[Finding]:
    """Everything wrong with one entry."""
    for refusal in refusals(entry.spec):
        yield at_entry(refusal.rule, refusal.message, collection, entry)
    yield from _may_be_missing(collection, entry, sample)
    yield from _two_arrays(collection, entry, sample)
    if is_id_key(entry.spec.keys):
        yield at_entry("id-index", "every collection has this index", collection, entry)
    if entry.spec.hidden and entry.serves:
        message = f"is hidden, and said to serve {', '.join(entry.serves)}"
        yield at_entry("hidden-serves", message, collection, entry)


def _may_be_missing(
    collection: WantedCollection, entry: Entry, sample: FieldSample | None
) -> Iterator[Finding]:
    spec = entry.spec
    is_single = len(spec.keys) == 1
    if not spec.unique or spec.fields == ("_id",) or (spec.sparse and is_single):
        return
    present = _demanded(spec.partial or {})
    for field in spec.fields:
        if field in present or field == "_id":
            continue
        missing = _missing(sample, field)
        if field in collection.optional or missing:
            seen = (
                f" ({missing} of {sample.documents} sampled lack it)" if missing and sample else ""
            )
            message = f"{field} may be missing{seen}: the second document without it is refused"
            # With other keys beside it, only documents that agree in those collide.
            level = None if is_single else Severity.WARNING
            yield at_entry("unique-may-be-missing", message, collection, entry, level=level)
        elif field not in collection.required and sample is None:
            message = f"may {field} be missing? If every document has it, list it under required:"
            yield at_entry(
                "unique-may-be-missing", message, collection, entry, level=Severity.WARNING
            )


def _missing(sample: FieldSample | None, field: str) -> int:
    return sample.documents - sample.present.get(field, 0) if sample else 0


def _demanded(partial: Mapping[str, Any]) -> frozenset[str]:
    """Fields that every document of a partial index has, and not as null."""
    found = set()
    for field, operator, value in normal_filter(partial):
        if operator in ("$exists", "$type", "$gt", "$gte", "$lt", "$lte"):
            found.add(field)
        if operator == "$eq" and value is not None:
            found.add(field)
    return frozenset(found)


def _two_arrays(
    collection: WantedCollection, entry: Entry, sample: FieldSample | None
) -> Iterator[Finding]:
    if entry.spec.is_text:
        return
    arrays = [
        field
        for field in entry.spec.fields
        if _is_array(field, collection) or (sample is not None and sample.arrays.get(field))
    ]
    # Two fields below the same array are one array.
    roots = {_array_root(field, collection) for field in arrays}
    if len(roots) > 1:
        message = f"{' and '.join(arrays)} are arrays: a document with both is refused"
        yield at_entry("two-arrays", message, collection, entry)


def _is_array(field: str, collection: WantedCollection) -> bool:
    return _array_root(field, collection) in collection.arrays


def _array_root(field: str, collection: WantedCollection) -> str:
    """The array that `field` is or lies in; itself, where none is declared."""
    parts = field.split(".")
    prefixes = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return next((prefix for prefix in prefixes if prefix in collection.arrays), field)
