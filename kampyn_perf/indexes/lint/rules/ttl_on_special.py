"""A TTL index is not on a plain field."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="ttl-on-special",
    severity=Severity.ERROR,
    title="A TTL index is not on a plain field",
    explanation="Documents expire by a plain ascending or descending key, and not by _id.",
    example="users: {indexes: [{key: {a: hashed}, expireAfterSeconds: 60}]}",
    near_miss="users: {indexes: [{key: {a: -1}, expireAfterSeconds: 0}]}",
    check=refused("ttl-on-special"),
)
