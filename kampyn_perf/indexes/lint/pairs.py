"""Lint rules about the indexes of one collection together."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.indexes.lint.finding import Finding, at_entry
from kampyn_perf.indexes.model.catalogue import Entry, WantedCollection
from kampyn_perf.indexes.model.coverage import redundant_to
from kampyn_perf.indexes.model.normalise import Normal, differences, differing, normal_of
from kampyn_perf.indexes.model.spec import MAX_INDEXES, describe_keys

_TELL_APART = frozenset({"key", "collation", "partialFilterExpression", "wildcardProjection"})


def pair_findings(collection: WantedCollection) -> Iterator[Finding]:
    """Everything wrong between entries; said of the later one, but for redundancy."""
    entries = [(entry, normal_of(entry.spec)) for entry in collection.entries]
    for position, (entry, normal) in enumerate(entries):
        for earlier, other in entries[:position]:
            yield from _pair(collection, entry, normal, earlier, other)
        yield from _redundant(collection, position, entries)
    if len(entries) > MAX_INDEXES - 1:
        message = f"{len(entries)} indexes and the one on _id; MongoDB allows {MAX_INDEXES}"
        yield Finding(
            rule="too-many-indexes",
            message=message,
            path=collection.path,
            collection=collection.name,
        )


def _pair(
    collection: WantedCollection, entry: Entry, normal: Normal, earlier: Entry, other: Normal
) -> Iterator[Finding]:
    label = earlier.spec.effective_name
    differs = set(differing(other, normal))
    if differs <= {"hidden"}:
        yield at_entry("duplicate-index", f"is the same as {label}", collection, entry)
    elif normal.is_text and other.is_text:
        yield at_entry("two-text-indexes", f"{label} is a text index already", collection, entry)
    elif not differs & _TELL_APART:
        what = "; ".join(differences(other, normal))
        message = f"has the same keys as {label} ({what})"
        yield at_entry("same-keys", message, collection, entry)
    elif _named(entry, earlier) and entry.spec.effective_name == label:
        message = (
            f"{label} is the name of {describe_keys(earlier.spec.keys)} already; this is "
            f"{describe_keys(entry.spec.keys)}"
        )
        yield at_entry("same-name", message, collection, entry)


def _named(entry: Entry, other: Entry) -> bool:
    """Two default names never clash: they say the keys, and a planner finds a free one."""
    return bool(entry.spec.name or other.spec.name)


def _redundant(
    collection: WantedCollection, position: int, entries: list[tuple[Entry, Normal]]
) -> Iterator[Finding]:
    entry, normal = entries[position]
    longer = [
        (other.spec.effective_name, other_normal)
        for number, (other, other_normal) in enumerate(entries)
        if number != position and len(other_normal.keys) > len(normal.keys)
    ]
    cover = redundant_to(normal, longer)
    if cover:
        message = f"is a prefix of {cover}, which serves the same queries"
        yield at_entry("redundant-prefix", message, collection, entry)
