"""A suppression suppresses nothing."""

from kampyn_perf.indexes.lint.rule import Rule, Severity

RULE = Rule(
    id="suppression-unused",
    severity=Severity.WARNING,
    title="A suppression suppresses nothing",
    explanation=(
        "What it was for is mended, or it names the wrong rule: take it out before it "
        "hides something new."
    ),
    example="users: {indexes: [{key: {a: 1}, suppress: [{rule: id-index, reason: old}]}]}",
    near_miss=(
        "users: {indexes: [{key: {a: 1}, suppress: [{rule: unknown-field, reason: new field}]}]}"
    ),
)
