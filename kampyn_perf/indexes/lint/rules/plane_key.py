"""A 2d key that no server takes."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="plane-key",
    severity=Severity.ERROR,
    title="A 2d key that no server takes",
    explanation=(
        "The 2d field is the first of its key, and min is below max. (MongoDB's manual: 2d "
        "indexes, location range.)"
    ),
    example="users: {indexes: [{key: {a: 1, loc: 2d}}]}",
    near_miss="users: {indexes: [{key: {loc: 2d, a: 1}, min: 0, max: 100}]}",
    check=refused("plane-key"),
)
