"""What a lint rule is, and what one is given to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from kampyn_perf.config import PathKey
from kampyn_perf.indexes.model.catalogue import Entry, WantedCollection
from kampyn_perf.indexes.model.facts import UseReport
from kampyn_perf.indexes.model.limits import Refusal, refusals, refusals_on
from kampyn_perf.indexes.model.matching import APART, is_declared_twice
from kampyn_perf.indexes.model.normalise import Normal, differing, normal_of
from kampyn_perf.indexes.model.ports import FieldSample
from kampyn_perf.indexes.model.server import OF_MONGODB, Target


class Severity(StrEnum):
    ERROR = "error"
    """The server refuses it, or data will be refused or lost."""
    WARNING = "warning"
    """It works, and somebody pays for it."""
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One collection of the catalogue, and what a database showed of it."""

    collection: WantedCollection
    sample: FieldSample | None = None
    uses: UseReport | None = None
    now_us: int = 0
    """Unix time, against which the age of use counters is reckoned."""
    target: Target | None = None
    """The servers that the catalogue is meant for."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """The catalogue's sample values of placeholders."""

    def refusals(self, entry: Entry) -> tuple[Refusal, ...]:
        """What those servers have against it; without one, what no version of MongoDB takes."""
        target = self.target
        if target is None or (target.engine in OF_MONGODB and not target.version):
            return tuple(refusal for refusal in refusals(entry.spec) if refusal.since is None)
        return refusals_on(entry.spec, target.engine, target.version)

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.collection.entries

    @cached_property
    def normals(self) -> tuple[Normal, ...]:
        """Of the entries, in their order."""
        return tuple(normal_of(entry.spec) for entry in self.entries)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Each entry with each earlier one."""
        numbered = list(enumerate(zip(self.entries, self.normals, strict=True)))
        return tuple(
            Pair(earlier=earlier, earlier_normal=before, later=later, later_normal=after)
            for number, (later, after) in numbered
            for _, (earlier, before) in numbered[:number]
        )


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two entries of one collection."""

    earlier: Entry
    earlier_normal: Normal
    later: Entry
    later_normal: Normal

    @cached_property
    def differs(self) -> frozenset[str]:
        """The options that differ, and `key`."""
        return frozenset(differing(self.earlier_normal, self.later_normal))

    @property
    def is_same(self) -> bool:
        return self.differs <= {"hidden"}

    @property
    def is_text(self) -> bool:
        """Both are text indexes."""
        return self.earlier_normal.is_text and self.later_normal.is_text

    @property
    def is_told_apart(self) -> bool:
        """By what tells two indexes of a collection apart on any server."""
        return bool(self.differs & APART)

    @property
    def is_declared_twice(self) -> bool:
        """Two declarations of one index that do not agree."""
        return is_declared_twice(self.earlier, self.earlier_normal, self.later, self.later_normal)


@dataclass(frozen=True)
class Hit:
    """What a rule found, said of one entry, or of the collection as a whole."""

    entry: Entry | None
    message: str
    level: Severity | None = None
    """Where this case is less, or more, serious than the rule usually is."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    id: str
    """Never renamed: suppressions and baselines name it."""
    severity: Severity
    title: str
    explanation: str
    example: str
    """A part of a catalogue, below `collections:`, in which it finds something."""
    near_miss: str
    """One that looks like it, in which it finds nothing."""
    top: str = ""
    """What stands in the catalogue of both examples above `collections:`."""
    check: Callable[[Subject], Iterator[Hit]] = lambda _: iter(())
    """Left out: the engine itself looks for it."""
    needs_database: bool = False


@dataclass(frozen=True, kw_only=True)
class LintFinding:
    rule: Rule
    message: str
    path: PathKey
    collection: str = ""
    index: str = ""
    level: Severity | None = None
    suppressed: str | None = None
    """The reason given, which may be empty; None: not suppressed."""

    @property
    def severity(self) -> Severity:
        return self.level or self.rule.severity


def refused(rule: str) -> Callable[[Subject], Iterator[Hit]]:
    """The check of a rule about one definition by itself: what `limits` refuses by that name."""

    def check(subject: Subject) -> Iterator[Hit]:
        for entry in subject.entries:
            for refusal in subject.refusals(entry):
                if refusal.rule == rule and refusal.since is None:
                    yield Hit(entry, refusal.message)

    return check
