"""expireAfterSeconds is negative or too large."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="ttl-out-of-range",
    severity=Severity.ERROR,
    title="expireAfterSeconds is negative or too large",
    explanation="MongoDB takes 0 to 2147483647 seconds.",
    example="users: {indexes: [{key: {a: 1}, expireAfterSeconds: 2147483648}]}",
    near_miss="users: {indexes: [{key: {a: 1}, expireAfterSeconds: 2147483647}]}",
    check=refused("ttl-out-of-range"),
)
