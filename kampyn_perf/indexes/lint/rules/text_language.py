"""A language that text indexes do not know."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="text-language",
    severity=Severity.ERROR,
    title="A language that text indexes do not know",
    explanation=(
        "MongoDB knows fifteen languages, by name or two letters, and none. (MongoDB's "
        "manual: text search languages.) Documents may name one of their own in a field "
        "language: such values are looked at before a build."
    ),
    example="users: {indexes: [{key: {a: text}, default_language: klingon}]}",
    near_miss="users: {indexes: [{key: {a: text}, default_language: German}]}",
    check=refused("text-language"),
)
