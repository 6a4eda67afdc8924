"""A hidden index is said to serve a query."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject


def _check(subject: Subject) -> Iterator[Hit]:
    for entry in subject.entries:
        if entry.spec.hidden and entry.serves:
            yield Hit(entry, f"is hidden, and said to serve {', '.join(entry.serves)}")


RULE = Rule(
    id="hidden-serves",
    severity=Severity.WARNING,
    title="A hidden index is said to serve a query",
    explanation="Hidden indexes are kept up to date and used by no query.",
    example=(
        "users: {queries: {q: {filter: {a: 1}}}, indexes: [{key: {a: 1}, hidden: true, "
        "serves: [q]}]}"
    ),
    near_miss=("users: {queries: {q: {filter: {a: 1}}}, indexes: [{key: {a: 1}, hidden: true}]}"),
    check=_check,
)
