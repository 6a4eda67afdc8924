"""Two indexes of a collection have the same name."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.model.spec import describe_keys


def _check(subject: Subject) -> Iterator[Hit]:
    for pair in subject.pairs:
        first, second = pair.earlier.spec, pair.later.spec
        # Two default names never clash: they say the keys, and a planner finds a free one.
        is_named = bool(first.name or second.name) and first.effective_name == second.effective_name
        if is_named and pair.is_told_apart and not pair.is_text:
            yield Hit(
                pair.later,
                f"{first.effective_name} is the name of {describe_keys(first.keys)} already; this "
                f"is {describe_keys(second.keys)}",
            )


RULE = Rule(
    id="same-name",
    severity=Severity.ERROR,
    title="Two indexes of a collection have the same name",
    explanation=(
        "An index is known by its name; a second one with other keys is refused with error 86."
    ),
    example="users: {indexes: [{key: {a: 1}, name: n}, {key: {b: 1}, name: n}]}",
    near_miss="users: {indexes: [{key: {a: 1}, name: n}, {key: {b: 1}, name: m}]}",
    check=_check,
)
