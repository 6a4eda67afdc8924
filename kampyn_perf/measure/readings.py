"""What a watcher is, and what it brings: samples of quantities, and remarks.

Times are whole microseconds since the start of the run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

Labels = tuple[tuple[str, str], ...]
"""Sorted by name, so that the same labels are the same series."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is sampled: the identity of one series (`results.series.Series` says what each is)."""

    metric: str
    subject: str
    source: str
    unit: str = ""
    labels: Labels = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of a quantity."""

    quantity: Quantity
    value: float
    weight: int | None = None
    """How many events the value is the mean of; None for a state, as an amount of memory."""
    maximum: float | None = None
    """The greatest of those events, where the source knows it."""
    at_least: bool = False
    """Whether the value is only known to be so much or more."""
    buckets: tuple[tuple[float, float], ...] = ()
    """Of a histogram's events, for who follows them live: an upper edge, in the quantity's unit,
    and how many were at most so much; ascending, the last edge infinite. In no series."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something worth knowing that is no number, as a sentence without its full stop."""

    text: str


Reading = Sample | Remark


class NotSeen(Exception):  # noqa: N818 (an outcome with a remedy, not a mistake of ours)
    """A watcher cannot see what it is there for; the reason, and what would help."""

    def __init__(self, reason: str, *, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


class Watcher(Protocol):
    """Looks at something again and again. Used by one thread only."""

    @property
    def name(self) -> str:
        """For people; tells it from the others of a run."""
        ...

    @property
    def interval_us(self) -> int: ...

    @property
    def waits(self) -> bool:
        """Whether looking may wait for somebody else (a network): then it gets its own thread."""
        ...

    @property
    def every_slot(self) -> bool:
        """Whether each moment at which it was due counts, also one that passed while busy."""
        ...

    @property
    def provides(self) -> tuple[str, ...]:
        """Metrics that it is there to measure: where it brings none, the result says why."""
        ...

    def sample(self, at_us: int) -> Iterable[Reading]:
        """Look. `at_us` is now; with `every_slot`, when it was due. Raises NotSeen."""
        ...

    def close(self) -> None:
        """Give back what it holds; called once, also after a failure."""
        ...
