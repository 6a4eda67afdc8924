"""A suite: cases that share what they measure (a server, a database), opened once for all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kampyn_perf.bench.case import Case

Facts = Mapping[str, Any]
"""What decides the numbers, for the result: the store, its version, the cost of a password."""


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
