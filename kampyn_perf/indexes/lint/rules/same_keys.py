"""Two indexes have the same keys and differ in options that do not tell them apart."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.model.normalise import differences


def _check(subject: Subject) -> Iterator[Hit]:
    for pair in subject.pairs:
        if not (pair.is_told_apart or pair.is_same or pair.is_text):
            what = "; ".join(differences(pair.earlier_normal, pair.later_normal))
            label = pair.earlier.spec.effective_name
            yield Hit(pair.later, f"has the same keys as {label} ({what})")


RULE = Rule(
    id="same-keys",
    severity=Severity.ERROR,
    title="Two indexes have the same keys and differ in options that do not tell them apart",
    explanation=(
        "Keys, collation and partial filter tell two indexes apart. Same keys with "
        "another expireAfterSeconds are refused with error 85; so are unique or sparse "
        "ones before 5.0, and after it the second serves nothing that the first does not."
    ),
    example="users: {indexes: [{key: {a: 1}}, {key: {a: 1}, expireAfterSeconds: 60}]}",
    near_miss="users: {indexes: [{key: {a: 1}}, {key: {a: 1}, collation: {locale: en}}]}",
    check=_check,
)
