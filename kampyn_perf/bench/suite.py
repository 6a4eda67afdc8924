"""A suite: cases that share what they measure (a server, a database), opened once for all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from kampyn_perf.bench.declare import Case, Variant
from kampyn_perf.bench.measured import Measured
from kampyn_perf.results.bench import BenchOptions

Facts = Mapping[str, Any]
"""What decides the numbers, for the result: the store, its version, the cost of a password."""


class Told(Protocol):
    """Who hears what a suite that measures by itself is doing."""

    def round_begun(self, number: int, total: int) -> None:
        """All variants take their turns, for the `number`-th time of `total`."""

    def doing(self, name: str, text: str) -> None:
        """What is done for the variant of that name, in words."""


class Rounds(Protocol):
    """Measures all its variants by itself, in rounds, so that they meet the same disturbances."""

    def __call__(
        self, variants: Sequence[Variant], options: BenchOptions, told: Told
    ) -> Iterator[Mapping[str, Measured]]:
        """After each round all that is known, by name."""

    @property
    def facts(self) -> Facts:
        """What else came out."""


async def _no_facts() -> Facts:
    return {}


async def _nothing() -> None: ...


@dataclass(frozen=True, kw_only=True)
class Suite:
    """Cases, and what must be there before the first and gone after the last."""

    name: str
    cases: Sequence[Case]
    open: Callable[[], Awaitable[Facts]] = _no_facts
    """Raises UnreachableError where what is measured is not there."""
    open_seconds: float = 60
    """How long `open` and `close` may take: starting and seeding a backend takes its time."""
    close: Callable[[], Awaitable[None]] = _nothing
    """Called after `open`, even if that failed half-way."""
    rounds: Rounds | None = None
    """Instead of the runner: for what is no function that can be called (a process under load)."""


@dataclass(frozen=True)
class Selected:
    """A suite, and those of its variants that were asked for."""

    suite: Suite
    variants: Sequence[Variant]
