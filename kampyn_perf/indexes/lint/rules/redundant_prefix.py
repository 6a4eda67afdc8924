"""An index is the beginning of another one."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.model.catalogue import Entry
from kampyn_perf.indexes.model.coverage import redundant_to
from kampyn_perf.indexes.model.normalise import Normal


def _check(subject: Subject) -> Iterator[Hit]:
    named = [(entry.spec.effective_name, normal) for entry, normal in _entries(subject)]
    for position, (entry, normal) in enumerate(_entries(subject)):
        longer = [
            (name, other)
            for number, (name, other) in enumerate(named)
            if number != position and len(other.keys) > len(normal.keys)
        ]
        cover = redundant_to(normal, longer)
        if cover:
            yield Hit(entry, f"is a prefix of {cover}, which serves the same queries")


def _entries(subject: Subject) -> Iterator[tuple[Entry, Normal]]:
    return zip(subject.entries, subject.normals, strict=True)


RULE = Rule(
    id="redundant-prefix",
    severity=Severity.WARNING,
    title="An index is the beginning of another one",
    explanation=(
        "Queries on {a} are served by {a, b} as well, read forwards or backwards. Each "
        "index costs every write, and memory. The shorter one is still worth its keep "
        "where it is unique, expires documents, is partial, sparse, hidden or of another "
        "collation: then this rule is silent."
    ),
    example="users: {indexes: [{key: {a: 1}}, {key: {a: 1, b: 1}}]}",
    near_miss="users: {indexes: [{key: {a: 1, b: -1}}, {key: {a: 1, b: 1, c: 1}}]}",
    check=_check,
)
