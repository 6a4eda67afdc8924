"""No sampled document has an indexed field."""

import difflib
from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.model.spec import is_wildcard_path

SMALLEST_SAMPLE = 20
"""Documents below which a missing field says nothing."""


def _check(subject: Subject) -> Iterator[Hit]:
    sample = subject.sample
    if sample is None or sample.documents < SMALLEST_SAMPLE:
        return
    for entry in subject.entries:
        for field in entry.spec.fields:
            if not is_wildcard_path(field) and not sample.present.get(field):
                close = next(iter(difflib.get_close_matches(field, list(sample.present), n=1)), "")
                hint = f"; did you mean {close}?" if close else ""
                words = f"none of {sample.documents} sampled documents has {field}{hint}"
                yield Hit(entry, words)


RULE = Rule(
    id="unknown-field",
    severity=Severity.WARNING,
    title="No sampled document has an indexed field",
    explanation=(
        "An index on a field that nothing has is kept up for nothing, and queries on the "
        "field's real name scan the collection. (KAMPYN's users have uniID, not "
        "collegeId.)"
    ),
    example="users: {indexes: [{key: {uniId: 1}}]}",
    near_miss="users: {indexes: [{key: {$**: 1}}]}",
    check=_check,
    needs_database=True,
)
