"""A hashed index cannot be unique."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="hashed-and-unique",
    severity=Severity.ERROR,
    title="A hashed index cannot be unique",
    explanation="Two values may have the same hash, so MongoDB refuses it (error 67).",
    example="users: {indexes: [{key: {a: hashed}, unique: true}]}",
    near_miss="users: {indexes: [{key: {a: hashed}}]}",
    check=refused("hashed-and-unique"),
)
