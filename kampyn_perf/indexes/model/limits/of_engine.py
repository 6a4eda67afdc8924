"""What services and servers that speak MongoDB's protocol refuse, from their own documentation.

A rule stands here only where that documentation is clear; what it leaves open, `plan --probe` and
`apply` ask the server itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from kampyn_perf.indexes.model.limits import amazon, azure, ferretdb
from kampyn_perf.indexes.model.limits.engine_rule import EngineRule, has_kind, is_text
from kampyn_perf.indexes.model.limits.refusal import Refusal, Version
from kampyn_perf.indexes.model.server import Engine
from kampyn_perf.indexes.model.spec import HASHED, IndexSpec

_secantus = partial(
    EngineRule,
    engine=Engine.SECANTUSDB,
    source="https://pypi.org/project/SecantusDB/ (and its own answer)",
)
ENGINE_RULES: tuple[EngineRule, ...] = (
    *amazon.RULES,
    *azure.RULES,
    *ferretdb.RULES,
    _secantus(
        message="has no text indexes",
        matches=is_text,
        example="{key: {a: text}}",
        near_miss="{key: {a: 2dsphere}}",
    ),
    _secantus(
        message="has no hashed indexes",
        matches=has_kind(HASHED),
        example="{key: {a: hashed}}",
        near_miss="{key: {a: 1}}",
    ),
)


def engine_refusals(spec: IndexSpec, engine: Engine, version: Version) -> Iterator[Refusal]:
    """What this engine of this version has against `spec`, beside MongoDB's own rules."""
    for rule in ENGINE_RULES:
        if rule.engine is not engine or not rule.matches(spec):
            continue
        if rule.since is None or version < rule.since:
            yield Refusal(rule="engine-refuses", message=f"{engine.label} {rule.message}")
