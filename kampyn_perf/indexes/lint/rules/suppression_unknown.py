"""A suppression names no rule."""

from kampyn_perf.indexes.lint.rule import Rule, Severity

RULE = Rule(
    id="suppression-unknown",
    severity=Severity.WARNING,
    title="A suppression names no rule",
    explanation=("Probably a typing error; `kampyn-perf indexes lint --rule all` lists the rules."),
    example=(
        "users: {indexes: [{key: {a: 1}, suppress: [{rule: id-indexes, reason: typing error}]}]}"
    ),
    near_miss=(
        "users: {indexes: [{key: {_id: 1}, suppress: [{rule: id-index, reason: for show}]}]}"
    ),
)
