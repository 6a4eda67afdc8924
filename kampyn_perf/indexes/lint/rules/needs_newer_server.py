"""An index that only newer servers take."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.indexes.model.limits import refusals
from kampyn_perf.indexes.model.options import OPTIONS
from kampyn_perf.indexes.model.server import OF_MONGODB, since
from kampyn_perf.indexes.model.spec import IndexSpec


def _check(subject: Subject) -> Iterator[Hit]:
    target = subject.target
    if target is not None and target.engine not in OF_MONGODB:
        return
    least = target.version if target is not None else ()
    for entry in subject.entries:
        for message, first in _needs(entry.spec):
            version = ".".join(map(str, first))
            if not least:
                words = f"say so if that is what you have: `server: {{min: '{version}'}}`"
                yield Hit(entry, f"{message} needs MongoDB {version}; {words}", Severity.NOTE)
            elif least < first:
                label = target.label if target is not None else ""
                yield Hit(entry, f"{message} needs MongoDB {version}; this is for {label}")


def _needs(spec: IndexSpec) -> Iterator[tuple[str, tuple[int, ...]]]:
    for refusal in refusals(spec):
        if refusal.since is not None:
            yield refusal.message, refusal.since
    for option in OPTIONS:
        if option.needs is not None and option.name in spec.options:
            yield option.name, since(option.needs)


RULE = Rule(
    id="needs-newer-server",
    severity=Severity.ERROR,
    title="An index that only newer servers take",
    explanation=(
        "The catalogue says for which servers it is meant: server: {engine: mongodb, min: "
        "6.0}. What an older one of those refuses is an error; where it does not say, this "
        "is a note. In partial filters $or, $in and nested $and need 6.0, compound and "
        "descending wildcards 7.0, compound hashed keys and hidden 4.4."
    ),
    example=("users: {indexes: [{key: {a: 1}, partialFilterExpression: {$or: [{a: 1}, {b: 1}]}}]}"),
    near_miss=(
        "users: {indexes: [{key: {a: 1}, partialFilterExpression: {$and: [{a: 1}, {b: 1}]}}]}"
    ),
    check=_check,
)
