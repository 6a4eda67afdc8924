"""A query does not ask for what a partial index holds."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.lint.served import served_queries
from kampyn_perf.indexes.model.implication import unimplied


def _check(subject: Subject) -> Iterator[Hit]:
    for served in served_queries(subject):
        fields = unimplied(served.filter, served.entry.spec.partial or {})
        if not fields or not served.can_be_served:
            continue
        unasked = [field for field in fields if field not in served.fields]
        words = f"does not filter by {', '.join(unasked)}, as the index does"
        if not unasked:
            words = f"filters by {', '.join(fields)}, but may ask for what the index does not hold"
        yield Hit(served.entry, f"{served.query.name} {words}")


RULE = Rule(
    id="partial-not-implied",
    severity=Severity.WARNING,
    title="A query does not ask for what a partial index holds",
    explanation=(
        "MongoDB uses a partial index only for queries whose filter implies the index's "
        "own: without that, results could be missing. Values count, not names: {$gt: 10} implies "
        "{$gt: 5}, and not the other way round."
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
