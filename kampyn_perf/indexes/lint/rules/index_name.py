"""A name that no index can have."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="index-name",
    severity=Severity.ERROR,
    title="A name that no index can have",
    explanation=("* means all indexes where one is dropped, and _id_ is the one on _id: error 2."),
    example="users: {indexes: [{key: {a: 1}, name: '*'}]}",
    near_miss="users: {indexes: [{key: {a: 1}, name: a_1*}]}",
    check=refused("index-name"),
)
