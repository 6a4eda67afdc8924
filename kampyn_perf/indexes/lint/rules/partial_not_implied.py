"""A query does not ask for what a partial index holds."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.lint.served import served_queries
from kampyn_perf.indexes.model.values import normal_filter


def _check(subject: Subject) -> Iterator[Hit]:
    for served in served_queries(subject):
        leaves = normal_filter(served.entry.spec.partial or {})
        restricted = {leaf[0] for leaf in leaves if not leaf[0].startswith("$")}
        unasked = sorted(restricted - served.fields)
        if unasked and served.can_be_served:
            words = f"does not filter by {', '.join(unasked)}, as the index does"
            yield Hit(served.entry, f"{served.query.name} {words}")


RULE = Rule(
    id="partial-not-implied",
    severity=Severity.WARNING,
    title="A query does not ask for what a partial index holds",
    explanation=(
        "MongoDB uses a partial index only for queries whose filter implies the index's "
        "own: without that, results could be missing."
    ),
    example=(
        "users: {queries: {q: {filter: {a: 1}}}, indexes: [{key: {a: 1}, "
        "partialFilterExpression: {b: 1}, serves: [q]}]}"
    ),
    near_miss=(
        "users: {queries: {q: {filter: {a: 1}}}, indexes: [{key: {a: 1}, "
        "partialFilterExpression: {a: {$gt: 0}}, serves: [q]}]}"
    ),
    check=_check,
)
