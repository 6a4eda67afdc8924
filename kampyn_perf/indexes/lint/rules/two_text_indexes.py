"""A collection would have two text indexes."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject


def _check(subject: Subject) -> Iterator[Hit]:
    for pair in subject.pairs:
        if pair.is_text and not pair.is_same:
            label = pair.earlier.spec.effective_name
            yield Hit(pair.later, f"{label} is a text index already")


RULE = Rule(
    id="two-text-indexes",
    severity=Severity.ERROR,
    title="A collection would have two text indexes",
    explanation=(
        "MongoDB allows one text index per collection (error 67). Put all fields into "
        "one, with weights."
    ),
    example="users: {indexes: [{key: {a: text}}, {key: {b: text}}]}",
    near_miss="users: {indexes: [{key: {a: text, b: text}}]}",
    check=_check,
)
