"""A partial filter is nested too deep."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="partial-filter-depth",
    severity=Severity.ERROR,
    title="A partial filter is nested too deep",
    explanation=(
        "MongoDB takes four levels of $and and $or with their conditions (from 6.0 on; "
        "before, no nesting at all): error 67. Write what is nested side by side."
    ),
    example=(
        "users: {indexes: [{key: {a: 1}, partialFilterExpression: {$and: [{$and: [{$and: "
        "[{$and: [{a: 1}]}]}]}]}}]}"
    ),
    near_miss=(
        "users: {indexes: [{key: {a: 1}, partialFilterExpression: {$and: [{$and: [{$and: "
        "[{a: 1}]}]}]}}]}"
    ),
    check=refused("partial-filter-depth"),
)
