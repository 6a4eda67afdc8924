"""Lint rules that need to have seen the database: fields of sampled documents, use of indexes."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.indexes.lint.finding import Finding, at_entry
from kampyn_perf.indexes.model.catalogue import Entry, WantedCollection
from kampyn_perf.indexes.model.facts import UseReport
from kampyn_perf.indexes.model.ports import FieldSample
from kampyn_perf.indexes.model.spec import is_wildcard_path
from kampyn_perf.suggest import nearest
from kampyn_perf.units import MICROSECONDS, format_duration

SMALLEST_SAMPLE = 20
"""Documents below which a missing field says nothing."""
UNUSED_AFTER_US = 7 * 86_400 * MICROSECONDS
"""How long every node must have counted zero."""


def live_findings(
    collection: WantedCollection, sample: FieldSample | None, uses: UseReport | None, now_us: int
) -> Iterator[Finding]:
    """What the database shows about each entry."""
    for entry in collection.entries:
        if sample is not None and sample.documents >= SMALLEST_SAMPLE:
            yield from _unknown_fields(collection, entry, sample)
        if uses is not None and uses.supported:
            yield from _unused(collection, entry, uses, now_us)


def _unknown_fields(
    collection: WantedCollection, entry: Entry, sample: FieldSample
) -> Iterator[Finding]:
    for field in entry.spec.fields:
        if not is_wildcard_path(field) and not sample.present.get(field):
            near = nearest(field, sample.present)
            hint = f"; did you mean {near[0]}?" if near else ""
            message = f"none of {sample.documents} sampled documents has {field}{hint}"
            yield at_entry("unknown-field", message, collection, entry)


def _unused(
    collection: WantedCollection, entry: Entry, uses: UseReport, now_us: int
) -> Iterator[Finding]:
    if entry.spec.unique or entry.spec.ttl_seconds is not None or uses.unasked:
        return
    mine = [use for use in uses.uses if use.index == entry.spec.effective_name]
    if not mine or any(use.operations for use in mine):
        return
    youngest = now_us - max(use.since_us for use in mine)
    if youngest >= UNUSED_AFTER_US:
        message = f"no node has used it in at least {format_duration(youngest)}"
        yield at_entry("unused-index", message, collection, entry)
