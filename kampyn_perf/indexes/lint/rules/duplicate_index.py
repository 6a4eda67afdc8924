"""The same index stands twice."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject


def _check(subject: Subject) -> Iterator[Hit]:
    for pair in subject.pairs:
        if pair.is_same:
            yield Hit(pair.later, f"is the same as {pair.earlier.spec.effective_name}")


RULE = Rule(
    id="duplicate-index",
    severity=Severity.WARNING,
    title="The same index stands twice",
    explanation="The second entry adds nothing.",
    example="users: {indexes: [{key: {a: 1}}, {key: {a: 1.0}, name: again}]}",
    near_miss="users: {indexes: [{key: {a: 1}}, {key: {a: -1}}]}",
    check=_check,
)
