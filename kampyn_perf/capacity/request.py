"""What a capacity search is asked to be, as one value, and who hears of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from kampyn_perf.slo.objectives import Slo

if TYPE_CHECKING:
    from kampyn_perf.capacity.asks import Ask
    from kampyn_perf.capacity.plan import Plan
    from kampyn_perf.load import LoadRequest, Watcher
    from kampyn_perf.results.capacity import CapacityStep


@dataclass(frozen=True, kw_only=True)
class CapacityRequest:
    """One search."""

    load: LoadRequest
    """What is loaded; its phases are the search's own."""
    slo: Slo
    budget_us: int
    plan: Plan | None = None
    """How the time is spent; None: as fits the budget."""
    folder: Path | None = None
    """Where it is saved as it goes: a folder that holds no run yet."""
    reports: Path | None = None
    """Without `folder`, where a new one is made."""
    resume: Path | None = None
    """The result of a search that is to go on."""
    watcher: Callable[[LoadRequest], Watcher] | None = None
    """Makes what is measured beside a step."""


class Observer(Protocol):
    """Who hears of a search."""

    def begin(self, plan: Plan, *, known: int) -> None:
        """It begins, or goes on after so many `known` steps."""

    def asking(self, number: int, ask: Ask) -> None:
        """A step begins."""

    def step(self, step: CapacityStep) -> None:
        """A step has ended."""

    def remark(self, text: str) -> None:
        """Words for people."""


class Unobserved:
    """Nobody hears of it."""

    def begin(self, plan: Plan, *, known: int) -> None: ...

    def asking(self, number: int, ask: Ask) -> None: ...

    def step(self, step: CapacityStep) -> None: ...

    def remark(self, text: str) -> None: ...
