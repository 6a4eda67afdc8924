"""What a rule of the explanation is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kampyn_perf.slo.explain.facts import Facts
from kampyn_perf.slo.explain.watched import Span

ENOUGH = 0.25
"""Of what was missed, for a cause to be named: with less, others matter more."""


@dataclass(frozen=True)
class Hit:
    """That a rule's test holds."""

    words: str
    """The sentence; every claim in it stands beside its numbers."""
    share: float | None = None
    """Of what was missed, from 0 to 1; None where that cannot be told."""
    span: Span | None = None
    """When its evidence is of; None: the whole breach."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One thing that a breach may coincide with."""

    id: str
    """Never renamed: it stands in verdict files."""
    needs: str
    """The evidence that it looks at; without it the rule is silent."""
    test: str
    """When it speaks, for people."""
    metrics: tuple[str, ...] = ()
    """Those of the evidence that a chart shows, the most telling first."""
    cause: bool = True
    """Whether it says why; or else only where, or when."""
    check: Callable[[Facts], Hit | None]
