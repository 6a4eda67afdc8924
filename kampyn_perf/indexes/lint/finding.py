"""One finding of the lint: a rule, words, and the place in the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from kampyn_perf.config import PathKey
from kampyn_perf.indexes.lint.rules import BY_ID, Severity
from kampyn_perf.indexes.model.catalogue import Entry, WantedCollection


@dataclass(frozen=True, kw_only=True)
class Finding:
    rule: str
    message: str
    path: PathKey
    collection: str = ""
    index: str = ""
    level: Severity | None = None
    """Where this case is less, or more, serious than its rule usually is."""
    suppressed: str | None = None
    """The reason given, which may be empty; None: not suppressed."""

    @property
    def severity(self) -> Severity:
        return self.level or BY_ID[self.rule].severity


def at_entry(
    rule: str,
    message: str,
    collection: WantedCollection,
    entry: Entry,
    *,
    level: Severity | None = None,
) -> Finding:
    """A finding about one entry."""
    return Finding(
        rule=rule,
        message=message,
        path=entry.path,
        collection=collection.name,
        index=entry.spec.effective_name,
        level=level,
    )
