"""A compound index has two array fields."""

from collections.abc import Collection, Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject


def _check(subject: Subject) -> Iterator[Hit]:
    seen = subject.sample.arrays if subject.sample is not None else {}
    declared = subject.collection.arrays
    for entry in subject.entries:
        if entry.spec.is_text:
            continue
        fields = entry.spec.fields
        arrays = [f for f in fields if _root(f, declared) in declared or seen.get(f)]
        # Two fields below the same array are one array.
        if len({_root(field, declared) for field in arrays}) > 1:
            yield Hit(entry, f"{' and '.join(arrays)} are arrays: a document with both is refused")


def _root(field: str, arrays: Collection[str]) -> str:
    """The array that `field` is or lies in; itself, where none is declared."""
    parts = field.split(".")
    prefixes = (".".join(parts[:length]) for length in range(1, len(parts) + 1))
    return next((prefix for prefix in prefixes if prefix in arrays), field)


RULE = Rule(
    id="two-arrays",
    severity=Severity.WARNING,
    title="A compound index has two array fields",
    explanation=(
        "MongoDB refuses documents in which two fields of one compound index are arrays "
        "(error 171, cannot index parallel arrays)."
    ),
    example="users: {arrays: [tags, roles], indexes: [{key: {tags: 1, roles: 1}}]}",
    near_miss="users: {arrays: [tags], indexes: [{key: {tags.name: 1, tags.rank: 1}}]}",
    check=_check,
)
