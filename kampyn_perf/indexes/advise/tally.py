"""What recorded operations of one shape come to, in bounded memory. Pure. Microseconds.

Durations are kept with three significant digits, and exactly below one second where the record
counts milliseconds, as MongoDB's do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from kampyn_perf.indexes.advise.operation import Kind, Operation
from kampyn_perf.indexes.advise.shape import Shape, shape_of, skipped

MOST_SHAPES = 5_000
"""Shapes that are told apart; what comes beyond them is counted and named as left out."""
_MOST_NAMES = 20
_SIGNIFICANT = 1_000


@dataclass
class Tally:
    """One shape's figures."""

    shape: Shape
    sample: Operation
    """The first of them, with its values."""
    count: int = 0
    total_us: int = 0
    durations: Counter[int] = field(default_factory=Counter)
    keys: int = 0
    docs: int = 0
    returned: int = 0
    measured: int = 0
    """Operations that said what they examined."""
    answered: int = 0
    """Operations that said what they returned."""
    sorted: int = 0
    skipped: int = 0
    plans: Counter[str] = field(default_factory=Counter)
    senders: Counter[str] = field(default_factory=Counter)
    first: str = ""
    last: str = ""
    supposed: bool = False
    """What it examined was not recorded: it is the collection's size now, which each one read."""

    def add(self, operation: Operation) -> None:
        number = operation.count
        self.count += number
        self.total_us += operation.duration_us
        self.durations[_rounded(operation.duration_us // number)] += number
        if operation.keys_examined is not None or operation.docs_examined is not None:
            self.measured += number
            self.keys += operation.keys_examined or 0
            self.docs += operation.docs_examined or 0
        if operation.returned is not None:
            self.answered += number
            self.returned += operation.returned
        self.sorted += number if operation.sorted_in_memory else 0
        self.skipped += skipped(operation)
        _note(self.plans, operation.plan, number)
        _note(self.senders, operation.sender, number)
        if operation.at:
            self.first = min(self.first or operation.at, operation.at)
            self.last = max(self.last, operation.at)

    def suppose(self, documents: int | None) -> None:
        """Where each read the whole collection and none said how much that is."""
        if documents and not self.measured and self.count and self.scanned >= 1:
            self.measured, self.docs, self.supposed = self.count, documents * self.count, True

    @property
    def p95_us(self) -> int:
        """The smallest duration that at least 95 % do not exceed."""
        below = 0
        for value, number in sorted(self.durations.items()):
            below += number
            if below * 100 >= self.count * 95:
                return value
        return 0

    @property
    def examined(self) -> float | None:
        """Keys or documents of one operation, whichever is more; None where no record said."""
        return max(self.keys, self.docs) / self.measured if self.measured else None

    @property
    def given(self) -> float | None:
        """Documents that one operation returned."""
        return self.returned / self.answered if self.answered else None

    @property
    def walked(self) -> float:
        """Documents that one operation skipped."""
        return self.skipped / self.count

    @property
    def scanned(self) -> float:
        """The share of operations that read the whole collection."""
        scans = sum(n for plan, n in self.plans.items() if "COLLSCAN" in plan)
        return scans / self.count


@dataclass
class Tallies:
    """All shapes of a recording."""

    by_shape: dict[Shape, Tally] = field(default_factory=dict)
    left_out: int = 0
    """Operations of shapes beyond MOST_SHAPES."""
    inserts: Counter[str] = field(default_factory=Counter)
    """Recorded inserts by namespace."""
    sets: dict[str, Counter[str]] = field(default_factory=dict)
    """By namespace: recorded updates that set a field."""

    def add(self, operation: Operation) -> None:
        namespace = f"{operation.database}.{operation.collection}"
        if operation.kind is Kind.INSERT:
            self.inserts[namespace] += operation.count
            return
        if operation.written:
            sets = self.sets.setdefault(namespace, Counter())
            for name in operation.written:
                _note(sets, name, operation.count, most=200)
        try:
            shape = shape_of(operation)
        except RecursionError:  # deeper than any query that a server takes
            self.left_out += operation.count
            return
        tally = self.by_shape.get(shape)
        if tally is None:
            if len(self.by_shape) >= MOST_SHAPES:
                self.left_out += operation.count
                return
            tally = self.by_shape[shape] = Tally(shape=shape, sample=operation)
        tally.add(operation)

    def add_all(self, operations: Iterable[Operation]) -> None:
        for operation in operations:
            self.add(operation)


def _note(counter: Counter[str], name: str, number: int, *, most: int = _MOST_NAMES) -> None:
    if name and (name in counter or len(counter) < most):
        counter[name] += number


def _rounded(us: int) -> int:
    """Three significant digits of anything from a second on; rounded up, never down."""
    step = 1_000
    while us >= _SIGNIFICANT * step:
        step *= 10
    return -(-us // step) * step if us >= step else us
