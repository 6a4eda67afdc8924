"""The catalogue is meant for an engine whose rules nobody here knows."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.model.server import Engine


def _check(subject: Subject) -> Iterator[Hit]:
    target = subject.target
    if target is not None and target.engine is Engine.UNKNOWN and subject.entries:
        yield Hit(None, "unknown engine: the rules about definitions were not checked")


RULE = Rule(
    id="engine-unknown",
    severity=Severity.NOTE,
    title="The catalogue is meant for an engine whose rules nobody here knows",
    explanation=(
        "Which definitions it takes was not checked. plan --probe and apply let the server "
        "itself judge each of them on an empty collection."
    ),
    example="users: {indexes: [{key: {a: 1}}]}",
    near_miss="users: {indexes: []}",
    top="server: {engine: unknown}",
    check=_check,
)
