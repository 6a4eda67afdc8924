"""A wildcard key that no server takes."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="wildcard-key",
    severity=Severity.ERROR,
    title="A wildcard key that no server takes",
    explanation=(
        "A key has one wildcard at most; it is not sparse, not unique, expires nothing; on "
        "all fields beside others it needs a wildcardProjection that leaves those out; a "
        "projection belongs to $** itself, and either names fields or leaves fields out. "
        "(MongoDB's manual: wildcard index restrictions.)"
    ),
    example="users: {indexes: [{key: {a.$**: 1}, wildcardProjection: {b: 1}}]}",
    near_miss="users: {indexes: [{key: {$**: 1}, wildcardProjection: {b: 1, _id: 0}}]}",
    check=refused("wildcard-key"),
)
