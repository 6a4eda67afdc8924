"""A collection would have more than 64 indexes."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.model.spec import MAX_INDEXES

_INDEXES = [f"{{key: {{f{number}: 1}}}}" for number in range(MAX_INDEXES)]


def _check(subject: Subject) -> Iterator[Hit]:
    count = len(subject.entries)
    if count > MAX_INDEXES - 1:
        yield Hit(None, f"{count} indexes and the one on _id; MongoDB allows {MAX_INDEXES}")


RULE = Rule(
    id="too-many-indexes",
    severity=Severity.ERROR,
    title="A collection would have more than 64 indexes",
    explanation="64 is MongoDB's limit, with the one on _id among them (error 67).",
    example=f"users: {{indexes: [{', '.join(_INDEXES)}]}}",
    near_miss=f"users: {{indexes: [{', '.join(_INDEXES[1:])}]}}",
    check=_check,
)
