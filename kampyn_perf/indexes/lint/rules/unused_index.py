"""An index that nothing has used, on any node, for days."""

from collections.abc import Iterator

from kampyn_perf.indexes.lint.rule import Hit, Rule, Severity, Subject
from kampyn_perf.units import MICROSECONDS, format_duration

UNUSED_AFTER_US = 7 * 86_400 * MICROSECONDS
"""How long every node must have counted zero."""


def _check(subject: Subject) -> Iterator[Hit]:
    uses = subject.uses
    if uses is None or not uses.supported or uses.unasked:
        return
    for entry in subject.entries:
        if entry.spec.unique or entry.spec.ttl_seconds is not None:
            continue
        mine = [use for use in uses.uses if use.index == entry.spec.effective_name]
        if not mine or any(use.operations for use in mine):
            continue
        since = [use.since_us for use in mine if use.since_us is not None]
        if len(since) < len(mine) or {use.node for use in mine} != uses.nodes:
            continue  # a node does not say since when it counts, or does not have it
        youngest = subject.now_us - max(since)
        if youngest >= UNUSED_AFTER_US:
            spent = format_duration(youngest)
            yield Hit(entry, f"no node has used it in at least {spent} (asked {uses.extent})")


RULE = Rule(
    id="unused-index",
    severity=Severity.WARNING,
    title="An index that nothing has used, on any node, for days",
    explanation=(
        "$indexStats counts per node since its restart, so only zero operations on every "
        "node over a week say something. Unique and TTL indexes work without being "
        "queried, and are never named here."
    ),
    example="users: {indexes: [{key: {a: 1}}]}",
    near_miss="users: {indexes: [{key: {a: 1}, unique: true}]}",
    check=_check,
    needs_database=True,
)
