"""An index is both sparse and partial."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="sparse-and-partial",
    severity=Severity.ERROR,
    title="An index is both sparse and partial",
    explanation=(
        "MongoDB refuses the two together (error 67). A partial filter with $exists: true"
        " says what sparse says, and more."
    ),
    example=("users: {indexes: [{key: {a: 1}, sparse: true, partialFilterExpression: {b: 1}}]}"),
    near_miss="users: {indexes: [{key: {a: 1}, sparse: true}]}",
    check=refused("sparse-and-partial"),
)
