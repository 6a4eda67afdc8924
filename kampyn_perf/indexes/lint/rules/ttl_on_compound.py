"""A TTL index has more than one key."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="ttl-on-compound",
    severity=Severity.ERROR,
    title="A TTL index has more than one key",
    explanation=(
        "expireAfterSeconds works on a single field only; elsewhere it is refused (error 67)."
    ),
    example="users: {indexes: [{key: {a: 1, b: 1}, expireAfterSeconds: 60}]}",
    near_miss="users: {indexes: [{key: {a: 1}, expireAfterSeconds: 60}]}",
    check=refused("ttl-on-compound"),
)
