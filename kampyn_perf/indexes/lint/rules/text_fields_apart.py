"""Text fields of a key with another field between them."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="text-fields-apart",
    severity=Severity.ERROR,
    title="Text fields of a key with another field between them",
    explanation=(
        "All text fields of a compound text index stand side by side; before and after them "
        "other fields may stand. Otherwise createIndexes fails with error 67. (MongoDB's "
        "manual: text index restrictions.)"
    ),
    example="users: {indexes: [{key: {a: text, b: 1, c: text}}]}",
    near_miss="users: {indexes: [{key: {b: 1, a: text, c: text, d: 1}}]}",
    check=refused("text-fields-apart"),
)
