"""A collation whose locale no server knows."""

from kampyn_perf.indexes.lint.rule import Rule, Severity, refused

RULE = Rule(
    id="collation-locale",
    severity=Severity.ERROR,
    title="A collation whose locale no server knows",
    explanation=(
        "Locales are those of MongoDB's manual (collation locales), with a variant behind "
        "@collation=. An unknown one is refused with error 2."
    ),
    example="users: {indexes: [{key: {a: 1}, collation: {locale: deutsch}}]}",
    near_miss="users: {indexes: [{key: {a: 1}, collation: {locale: de@collation=phonebook}}]}",
    check=refused("collation-locale"),
)
