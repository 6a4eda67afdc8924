"""A combination of keys and options that no server takes."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="special-keys",
    severity=Severity.ERROR,
    title="A combination of keys and options that no server takes",
    explanation="Text, geo and hashed keys each exclude some options and each other.",
    example="users: {indexes: [{key: {a: text}, unique: true}]}",
    near_miss="users: {indexes: [{key: {a: text}, weights: {a: 3}}]}",
    check=refused("special-keys"),
)
