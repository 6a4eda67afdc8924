"""A combination of keys and options that no server takes."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="special-keys",
    severity=Severity.ERROR,
    title="A combination of keys and options that no server takes",
    explanation="Text, geo, hashed and wildcard keys each exclude some options and each other.",
    example="users: {indexes: [{key: {a: 1}, wildcardProjection: {b: 1}}]}",
    near_miss="users: {indexes: [{key: {$**: 1}, wildcardProjection: {b: 1}}]}",
    check=refused("special-keys"),
)
