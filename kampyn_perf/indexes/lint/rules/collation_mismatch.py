"""A query and the index that serves it have different collations."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.lint.served import served_queries
from kampyn_perf.indexes.model.collation import normal_collation


def _check(subject: Subject) -> Iterator[Hit]:
    for served in served_queries(subject):
        spec, query = served.entry.spec, served.query
        mine, theirs = normal_collation(spec.collation), normal_collation(query.collation)
        if mine != theirs and not spec.is_text and served.can_be_served:
            yield Hit(
                served.entry,
                f"{query.name} compares strings by {_words(theirs)}, the index by {_words(mine)}",
            )


def _words(collation: str) -> str:
    return "its own collation" if collation else "the simple collation"


RULE = Rule(
    id="collation-mismatch",
    severity=Severity.WARNING,
    title="A query and the index that serves it have different collations",
    explanation=(
        "Strings compare by the query's collation; an index of another one cannot be used for them."
    ),
    example=(
        "users: {queries: {q: {filter: {a: x}, collation: {locale: en}}}, indexes: "
        "[{key: {a: 1}, serves: [q]}]}"
    ),
    near_miss=(
        "users: {queries: {q: {filter: {a: x}, collation: {locale: en}}}, indexes: "
        "[{key: {a: 1}, collation: {locale: en, strength: 3}, serves: [q]}]}"
    ),
    check=_check,
)
