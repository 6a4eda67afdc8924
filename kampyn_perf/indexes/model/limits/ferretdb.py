"""FerretDB, and the open DocumentDB extension of PostgreSQL that it stands on since 2.0 (as does
Azure's service by cores)."""

from __future__ import annotations

from functools import partial

from kampyn_perf.indexes.model.limits.engine_rule import (
    EngineRule,
    has_collation,
    has_partial,
    is_sparse,
)
from kampyn_perf.indexes.model.server import Engine
from kampyn_perf.indexes.model.spec import IndexSpec


def _is_rich_wildcard(spec: IndexSpec) -> bool:
    return spec.is_wildcard and (len(spec.keys) > 1 or spec.keys[0][1] == -1)


_first = partial(
    EngineRule,
    engine=Engine.FERRETDB,
    source="https://docs.ferretdb.io/v1.24/indexes/",
    near_miss="{key: {a: 1, b: -1}, unique: true}",
    since=(2, 0),
)
_extension = partial(
    EngineRule,
    message="has no compound and no descending wildcard indexes",
    matches=_is_rich_wildcard,
    source="https://github.com/microsoft/documentdb (create_index.c)",
    example="{key: {$**: -1}}",
    near_miss="{key: {$**: 1}}",
)


RULES = (
    _first(
        message="1 has ascending and descending keys only",
        matches=lambda spec: spec.is_special,
        example="{key: {a: text}}",
    ),
    _first(
        message="1 has no partial filters",
        matches=has_partial,
        example="{key: {a: 1}, partialFilterExpression: {b: 1}}",
    ),
    _first(
        message="1 expires no documents",
        matches=lambda spec: spec.ttl_seconds is not None,
        example="{key: {a: 1}, expireAfterSeconds: 60}",
    ),
    _first(
        message="1 has no sparse indexes",
        matches=is_sparse,
        example="{key: {a: 1}, sparse: true}",
    ),
    _first(
        message="1 has no collations",
        matches=has_collation,
        example="{key: {a: 1}, collation: {locale: en}}",
    ),
    _extension(engine=Engine.FERRETDB),
    _extension(engine=Engine.COSMOS_VCORE),
)
