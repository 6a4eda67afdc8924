"""Two indexes have the same keys and differ in options that do not tell them apart."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Pair, Rule, Severity, Subject
from kampyn_perf.indexes.model.normalise import differences
from kampyn_perf.indexes.model.server import OF_MONGODB, Feature, Target, since

COEXIST = since(Feature.COEXIST)


def _check(subject: Subject) -> Iterator[Hit]:
    for pair in subject.pairs:
        if pair.is_told_apart or pair.is_same or pair.is_text:
            continue
        what = "; ".join(differences(pair.earlier_normal, pair.later_normal))
        words = f"has the same keys as {pair.earlier.spec.effective_name} ({what})"
        # Two names say that both are meant, and a server since 5.0 may have both.
        meant = not (pair.is_declared_twice or _clashes(pair, subject.target))
        yield Hit(pair.later, words, Severity.WARNING if meant else None)


def _clashes(pair: Pair, target: Target | None) -> bool:
    """Whether a server that the catalogue is meant for refuses to have both (error 85)."""
    old = target is not None and target.engine in OF_MONGODB and target.version[:2] < COEXIST
    return old or not pair.differs <= {"unique", "sparse", "hidden"}


RULE = Rule(
    id="same-keys",
    severity=Severity.ERROR,
    title="Two indexes have the same keys and differ in options that do not tell them apart",
    explanation=(
        "Keys, collation and partial filter tell two indexes apart. Same keys with "
        "another expireAfterSeconds are refused with error 85, and so are unique or sparse "
        "ones before 5.0. After it a server takes two whose names differ (then this is a "
        "warning: the second serves nothing that the first does not). Under one name it is one "
        "index declared twice, as on a field and on its schema, and a plan is in conflict about "
        "both: which is meant?"
    ),
    example="users: {indexes: [{key: {a: 1}}, {key: {a: 1}, expireAfterSeconds: 60}]}",
    near_miss="users: {indexes: [{key: {a: 1}}, {key: {a: 1}, collation: {locale: en}}]}",
    check=_check,
)
