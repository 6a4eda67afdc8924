"""A suppression gives no reason."""

from kampyn_perf.indexes.lint.rule import Rule, Severity

RULE = Rule(
    id="suppression-without-reason",
    severity=Severity.WARNING,
    title="A suppression gives no reason",
    explanation="The next reader cannot know whether it still holds.",
    example="users: {indexes: [{key: {_id: 1}, suppress: [{rule: id-index}]}]}",
    near_miss=(
        "users: {indexes: [{key: {_id: 1}, suppress: [{rule: id-index, reason: for show}]}]}"
    ),
)
