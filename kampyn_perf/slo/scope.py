"""Which part of a result an objective is about. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kampyn_perf import patterns
from kampyn_perf.slo.metrics import ScopeKind
from kampyn_perf.suggest import near_or_known


@dataclass(frozen=True)
class Scope:
    """A part of a result: all of it, or a named endpoint, flow, phase or case."""

    kind: ScopeKind = ScopeKind.OVERALL
    name: str = ""

    @property
    def is_pattern(self) -> bool:
        """Whether it stands for every part whose name fits: `*` is any text."""
        return "*" in self.name

    def fits(self, name: str) -> bool:
        """Whether the pattern stands for the part of that name."""
        return patterns.fits(self.name, name)

    def as_dict(self) -> dict[str, str]:
        """{"endpoint": "GET /..."}; empty for overall."""
        return {} if self.kind is ScopeKind.OVERALL else {self.kind.value: self.name}

    def __str__(self) -> str:
        return "overall" if self.kind is ScopeKind.OVERALL else f"{self.kind.value} {self.name}"


def parse_scope(value: object) -> Scope:
    """`overall`, or a kind with a name. Raises ValueError."""
    kinds = [kind.value for kind in ScopeKind if kind is not ScopeKind.OVERALL]
    if isinstance(value, Scope):
        return value
    if value == ScopeKind.OVERALL.value:
        return Scope()
    if not isinstance(value, Mapping) or len(value) != 1:
        raise ValueError(
            f"expected overall, or one of {', '.join(kinds)} with a name (got {value!r})"
        )
    kind, name = next(iter(value.items()))
    if kind not in kinds:
        raise ValueError(f"unknown scope {kind!r}; {near_or_known(str(kind), kinds)}")
    if not isinstance(name, str | int | float) or not str(name).strip():
        raise ValueError(f"the name of the {kind} is missing")
    return Scope(ScopeKind(kind), str(name).strip())
