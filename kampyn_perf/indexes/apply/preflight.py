"""What to know of a plan's builds before they begin: what would make one fail after hours, and how
much room it needs. Reads only. Sizes in bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from kampyn_perf.indexes.model.normalise import read_listing
from kampyn_perf.indexes.model.ports import Database, DuplicateGroup, Duplicates, ServerRefusal
from kampyn_perf.indexes.model.server import OF_MONGODB, ServerInfo
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.plan.actions import CollectionPlan, IndexPlan
from kampyn_perf.indexes.plan.step_kinds import Step, StepKind
from kampyn_perf.units import format_size

GROUPS = 5
"""Duplicate values that are shown."""
SAMPLE = 1_000
"""Documents whose keys are measured."""
KEY_LIMIT = 1_024
"""Bytes of a key that MongoDB before 4.2 could index; above that a key is slow in any version."""
ENTRY_OVERHEAD = 12
"""Bytes of an index entry beside its key: the record's id and the page's bookkeeping, about."""


class PreflightLevel(StrEnum):
    BLOCK = "block"
    """The build would fail: it is not begun."""
    WARN = "warn"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class PreflightFinding:
    """One thing found out about one step, or about a whole collection (`step` empty)."""

    severity: PreflightLevel
    collection: str
    message: str
    step: str = ""
    index: str = ""
    sample_ids: tuple[Any, ...] = ()


def preflight(
    plan: IndexPlan, database_of: Callable[[str], Database]
) -> Iterator[PreflightFinding]:
    """Findings as they are made: looking for duplicates reads a whole collection."""
    for part in plan.collections:
        if part.steps:
            yield from _collection(part, database_of(part.collection))


def _collection(part: CollectionPlan, database: Database) -> Iterator[PreflightFinding]:
    builds = [step for step in part.steps if step.kind is StepKind.CREATE and step.spec]
    lives = {action.name: action.live for action in part.actions if action.live}
    yield from _running(part, database)
    yield from _forms(builds, database)
    for step in part.steps:
        spec = step.spec
        live = lives.get(step.name)
        if step.kind is StepKind.MAKE_UNIQUE and live:
            spec = read_listing(live.definition)
        if step.kind is StepKind.MAKE_UNIQUE or (spec is not None and spec.unique):
            yield from _duplicates(step, spec, database)
    if builds and part.documents:
        yield from _sizes(part, builds, database)


def _running(part: CollectionPlan, database: Database) -> Iterator[PreflightFinding]:
    for build in _answer_or(lambda: list(database.current_builds(part.collection)), []):
        progress = "" if build.progress is None else f" ({build.progress:.0%})"
        yield PreflightFinding(
            severity=PreflightLevel.WARN,
            collection=part.collection,
            message=f"the server is building {', '.join(build.names)} already{progress}",
        )


def _forms(builds: list[Step], database: Database) -> Iterator[PreflightFinding]:
    """Documents that an index would refuse for their form."""
    pairs = [(step, step.spec) for step in builds if step.spec is not None]
    if not pairs:
        return
    collection = pairs[0][0].collection
    try:
        unindexable = database.find_unindexable(collection, [spec for _, spec in pairs], GROUPS)
    except ServerRefusal as refusal:
        words = f"could not look for documents that indexes would refuse: {refusal.message}"
        yield PreflightFinding(severity=PreflightLevel.WARN, collection=collection, message=words)
        return
    for (step, _), documents in zip(pairs, unindexable, strict=True):
        if documents:
            listed = "; ".join(
                f"_id {_show(document.id)}: {document.reason}" for document in documents
            )
            ids = tuple(document.id for document in documents)
            words = f"documents stand against it ({listed})"
            yield finding_of(step, PreflightLevel.BLOCK, words, ids)


def _duplicates(
    step: Step, spec: IndexSpec | None, database: Database
) -> Iterator[PreflightFinding]:
    if spec is None:
        return
    try:
        duplicates = database.find_duplicates(step.collection, spec, GROUPS)
    except ServerRefusal as refusal:
        yield finding_of(
            step, PreflightLevel.WARN, f"could not look for duplicates: {refusal.message}"
        )
        return
    if duplicates.groups:
        ids = tuple(item for group in duplicates.groups for item in group.sample_ids)
        yield finding_of(step, PreflightLevel.BLOCK, _duplicate_words(duplicates), ids)


def _duplicate_words(duplicates: Duplicates) -> str:
    count = (
        f"more than {len(duplicates.groups)}" if duplicates.more else str(len(duplicates.groups))
    )
    many = "value stands" if len(duplicates.groups) == 1 else "values stand"
    return f"{count} {many} more than once: " + "; ".join(map(_group_words, duplicates.groups))


def _group_words(group: DuplicateGroup) -> str:
    """`email "a@x" in 2 documents (_id "u1", "u7")`."""
    ids = ", ".join(map(_show, group.sample_ids))
    more = ", ..." if group.count > len(group.sample_ids) else ""
    where = f"in {group.count} documents (_id {ids}{more})"
    if all(value is None for value in group.value.values()):
        fields = ", ".join(group.value)
        return (
            f"{fields} null or missing {where}; a partial filter that asks for {fields} leaves "
            "those out"
        )
    return ", ".join(f"{path} {_show(value)}" for path, value in group.value.items()) + f" {where}"


def _show(value: Any) -> str:
    if isinstance(value, Mapping) and len(value) == 1:
        return str(next(iter(value.values())))
    return f'"{value}"' if isinstance(value, str) else str(value)


def _sizes(
    part: CollectionPlan, builds: list[Step], database: Database
) -> Iterator[PreflightFinding]:
    """Long keys, and the room that all builds need together."""
    total = 0.0
    for step in builds:
        spec = step.spec
        if spec is None or spec.is_special:
            continue  # a text or wildcard index has many entries for one document
        sizes = _answer_or(partial(database.key_sizes, part.collection, spec, SAMPLE), None)
        if sizes is None or not sizes.sampled:
            continue
        total += (part.documents or 0) * (sizes.mean_bytes + ENTRY_OVERHEAD)
        if sizes.longest_bytes > KEY_LIMIT:
            yield _long_key(step, sizes.longest_bytes, database.server)
    yield from _room(part, total, database)


def _long_key(step: Step, longest: int, server: ServerInfo) -> PreflightFinding:
    old = server.engine in OF_MONGODB and server.version < (4, 2)
    words = f"the longest key of a sample has {format_size(longest)}"
    if old:
        return finding_of(
            step, PreflightLevel.BLOCK, f"{words}; this server indexes at most {KEY_LIMIT} bytes"
        )
    return finding_of(step, PreflightLevel.WARN, f"{words}: a large and slow index")


def _room(part: CollectionPlan, total: float, database: Database) -> Iterator[PreflightFinding]:
    room = _answer_or(database.headroom, None)
    if room is None or not total:
        return
    need = f"the builds need about {format_size(total)}"
    if room.disk_free_bytes is not None and total > room.disk_free_bytes:
        yield PreflightFinding(
            severity=PreflightLevel.BLOCK,
            collection=part.collection,
            message=f"{need} of disk, and {format_size(room.disk_free_bytes)} are free",
        )
    elif room.disk_free_bytes is not None and total > room.disk_free_bytes / 2:
        yield PreflightFinding(
            severity=PreflightLevel.WARN,
            collection=part.collection,
            message=f"{need} of disk; {format_size(room.disk_free_bytes)} are free",
        )
    if room.cache_bytes is not None and total > room.cache_bytes / 2:
        yield PreflightFinding(
            severity=PreflightLevel.WARN,
            collection=part.collection,
            message=f"{need}, more than half of the server's cache "
            f"({format_size(room.cache_bytes)}): other queries will read from disk",
        )


def finding_of(
    step: Step, severity: PreflightLevel, message: str, sample_ids: tuple[Any, ...] = ()
) -> PreflightFinding:
    """A finding about one step."""
    return PreflightFinding(
        severity=severity,
        collection=step.collection,
        message=message,
        step=step.id,
        index=step.name,
        sample_ids=sample_ids,
    )


def _answer_or(question: Callable[[], Any], otherwise: Any) -> Any:
    """The answer, or `otherwise` where this server or this user has none."""
    try:
        return question()
    except ServerRefusal:
        return otherwise
