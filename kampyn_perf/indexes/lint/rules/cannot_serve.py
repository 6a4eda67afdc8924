"""An index cannot serve a query that it is said to serve."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.lint.served import served_queries


def _check(subject: Subject) -> Iterator[Hit]:
    for served in served_queries(subject):
        if served.obstacle:
            yield Hit(served.entry, served.obstacle)


RULE = Rule(
    id="cannot-serve",
    severity=Severity.WARNING,
    title="An index cannot serve a query that it is said to serve",
    explanation=(
        "A query uses an index when its filter or sort has the index's first field; a "
        "text index when it has $text; a hashed one for single values, not for a range or an "
        "order; a sparse one when the query finds no document without the field. Otherwise "
        "MongoDB scans the collection."
    ),
    example=(
        "users: {queries: {q: {filter: {a: 1}}}, indexes: [{key: {b: 1, a: 1}, serves: [q]}]}"
    ),
    near_miss=(
        "users: {queries: {q: {filter: {b: 1}, sort: {a: -1}}}, indexes: [{key: {a: 1},"
        " serves: [q]}]}"
    ),
    check=_check,
)
