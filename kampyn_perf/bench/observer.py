"""Who watches a run of benchmarks: the port of `bench.run`."""

from __future__ import annotations

from typing import Protocol

from kampyn_perf.results.bench import BenchResult, CaseResult


class Observer(Protocol):
    """Called on the thread of `bench.run`, between calls of cases: what takes long disturbs.

    `Unobserved` has all methods, and they do nothing: derive from it.
    """

    def started(self, name: str, number: int, total: int) -> None:
        """A case begins: the `number`-th of `total`."""

    def progressed(self, done: int, planned: int) -> None:
        """Iterations of the case that began so far."""

    def round_begun(self, suite: str, number: int, total: int) -> None:
        """The cases of a suite take their turns, for the `number`-th time of `total`."""

    def measured(self, result: CaseResult) -> None:
        """A case had its turn; `result` is what is known by now."""

    def save(self, result: BenchResult) -> None:
        """All that is known: before each case (`result.running` names it), and at the end."""


class Unobserved:
    """Nobody watches, and nothing is saved."""

    def started(self, name: str, number: int, total: int) -> None: ...

    def progressed(self, done: int, planned: int) -> None: ...

    def round_begun(self, suite: str, number: int, total: int) -> None: ...

    def measured(self, result: CaseResult) -> None: ...

    def save(self, result: BenchResult) -> None: ...
