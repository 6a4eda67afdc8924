"""A unique index over a field that may be missing."""

from collections.abc import Iterator, Mapping
from typing import Any

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.model.catalogue import Entry
from kampyn_perf.indexes.model.values import normal_filter


def _check(subject: Subject) -> Iterator[Hit]:
    for entry in subject.entries:
        spec = entry.spec
        is_single = len(spec.keys) == 1
        if not spec.unique or spec.fields == ("_id",) or (spec.sparse and is_single):
            continue
        present = {"_id", *_demanded(spec.partial or {})}
        for field in spec.fields:
            if field not in present:
                yield from _field(subject, entry, field, is_single=is_single)


def _field(subject: Subject, entry: Entry, field: str, *, is_single: bool) -> Iterator[Hit]:
    sample = subject.sample
    missing = sample.documents - sample.present.get(field, 0) if sample else 0
    if field in subject.collection.optional or missing:
        seen = f" ({missing} of {sample.documents} sampled lack it)" if missing and sample else ""
        message = f"{field} may be missing{seen}: the second document without it is refused"
        # With other keys beside it, only documents that agree in those collide.
        yield Hit(entry, message, None if is_single else Severity.WARNING)
    elif field not in subject.collection.required and sample is None:
        message = f"may {field} be missing? If every document has it, list it under required:"
        yield Hit(entry, message, Severity.WARNING)


def _demanded(partial: Mapping[str, Any]) -> Iterator[str]:
    """Fields that every document of a partial index has, and not as null."""
    for field, operator, value in normal_filter(partial):
        if operator in ("$exists", "$type", "$gt", "$gte", "$lt", "$lte"):
            yield field
        if operator == "$eq" and value is not None:
            yield field


RULE = Rule(
    id="unique-may-be-missing",
    severity=Severity.ERROR,
    title="A unique index over a field that may be missing",
    explanation=(
        "A missing field counts as null, and null is a value like any other: the second "
        "document without it is refused (error 11000). A partial filter {field: {$exists:"
        " true}}, or {$type: ...}, leaves such documents out. If every document has the "
        "field, say so under required:."
    ),
    example="users: {optional: [a], indexes: [{key: {a: 1}, unique: true}]}",
    near_miss="users: {required: [a], indexes: [{key: {a: 1}, unique: true}]}",
    check=_check,
)
