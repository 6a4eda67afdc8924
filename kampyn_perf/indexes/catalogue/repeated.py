"""One declaration out of several of the same index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kampyn_perf.indexes.model.catalogue import Entry
from kampyn_perf.indexes.model.matching import is_id_key
from kampyn_perf.indexes.model.normalise import Normal, normal_of


def unrepeated(entries: Sequence[Entry], name: str, notes: list[str]) -> Iterator[Entry]:
    """`index: true` on a field and schema.index() of the same: one index. `unique: true` on a field
    and a plain index of it: the unique one, which serves all that the plain one would. The index on
    `_id` is nobody's to declare. Each time a note says so."""
    normals = [normal_of(entry.spec) for entry in entries]
    seen: set[Normal] = set()
    for entry, normal in zip(entries, normals, strict=True):
        shown = f"{name}: {entry.spec.effective_name}"
        if is_id_key(entry.spec.keys):
            notes.append(f"{shown} left out: every collection has it")
        elif normal in seen:
            notes.append(f"{shown} is declared twice; kept once")
        elif not normal.unique and any(
            other.unique and other.without(["unique"]) == normal for other in normals
        ):
            notes.append(f"{shown} is declared unique and not unique; kept as unique")
        else:
            seen.add(normal)
            yield entry
