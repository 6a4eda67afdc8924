"""A rule of one service or server that speaks MongoDB's protocol, and what such rules look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kampyn_perf.indexes.model.limits.refusal import Version
from kampyn_perf.indexes.model.options import PLANE
from kampyn_perf.indexes.model.server import Engine
from kampyn_perf.indexes.model.spec import SPHERE, IndexSpec


@dataclass(frozen=True, kw_only=True)
class EngineRule:
    engine: Engine
    message: str
    """After the engine's name: `has no hashed indexes`."""
    matches: Callable[[IndexSpec], bool]
    source: str
    example: str
    """An index that it is about, as a catalogue has it."""
    near_miss: str
    """One that looks like it, and is taken."""
    since: Version | None = None
    """The engine's own version that takes it; None: none does."""


def has_kind(kind: str) -> Callable[[IndexSpec], bool]:
    return lambda spec: any(known == kind for _, known in spec.keys)


def has_collation(spec: IndexSpec) -> bool:
    return spec.collation is not None and spec.collation.get("locale") != "simple"


def has_partial(spec: IndexSpec) -> bool:
    return spec.partial is not None


def is_text(spec: IndexSpec) -> bool:
    return spec.is_text


def is_sparse(spec: IndexSpec) -> bool:
    return spec.sparse


def is_geo(spec: IndexSpec) -> bool:
    return any(kind in (SPHERE, PLANE) for _, kind in spec.keys)
