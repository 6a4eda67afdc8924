"""An index on _id alone."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.model.matching import is_id_key


def _check(subject: Subject) -> Iterator[Hit]:
    for entry in subject.entries:
        if is_id_key(entry.spec.keys):
            yield Hit(entry, "every collection has this index")


RULE = Rule(
    id="id-index",
    severity=Severity.WARNING,
    title="An index on _id alone",
    explanation="Every collection has one already, and it cannot be changed.",
    example="users: {indexes: [{key: {_id: 1}}]}",
    near_miss="users: {indexes: [{key: {_id: 1, a: 1}}]}",
    check=_check,
)
