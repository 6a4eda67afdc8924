"""Azure Cosmos DB for MongoDB: by request units, and by cores (vCore, now Azure DocumentDB)."""

from __future__ import annotations

from functools import partial

from kampyn_perf.indexes.model.limits.engine_rule import (
    EngineRule,
    has_collation,
    has_kind,
    has_partial,
    is_geo,
    is_sparse,
    is_text,
)
from kampyn_perf.indexes.model.options import PLANE
from kampyn_perf.indexes.model.server import Engine
from kampyn_perf.indexes.model.spec import HASHED, IndexSpec

_FEATURES = "https://learn.microsoft.com/azure/cosmos-db/mongodb/feature-support-42"
_INDEXING = "https://learn.microsoft.com/azure/cosmos-db/mongodb/indexing"
_LIMITS = "https://learn.microsoft.com/azure/documentdb/limitations"
_PATH_BYTES = 256
_units = partial(EngineRule, engine=Engine.COSMOS_RU)
_cores = partial(EngineRule, engine=Engine.COSMOS_VCORE)


def _is_rich_wildcard(spec: IndexSpec) -> bool:
    return spec.is_wildcard and (len(spec.keys) > 1 or "wildcardProjection" in spec.options)


RULES = (
    _units(
        message="has no text indexes",
        matches=is_text,
        source=_FEATURES,
        example="{key: {a: text}}",
        near_miss="{key: {a: 1}}",
    ),
    _units(
        message="has no hashed indexes",
        matches=has_kind(HASHED),
        source=_FEATURES,
        example="{key: {a: hashed}}",
        near_miss="{key: {a: 1}}",
    ),
    _units(
        message="has no 2d indexes (2dsphere is there)",
        matches=has_kind(PLANE),
        source=_FEATURES,
        example="{key: {a: 2d}}",
        near_miss="{key: {a: 2dsphere}}",
    ),
    _units(
        message="has no sparse indexes",
        matches=is_sparse,
        source=_FEATURES,
        example="{key: {a: 1}, sparse: true}",
        near_miss="{key: {a: 1}}",
    ),
    _units(
        message="has no collations",
        matches=has_collation,
        source=_FEATURES,
        example="{key: {a: 1}, collation: {locale: en}}",
        near_miss="{key: {a: 1}, collation: {locale: simple}}",
    ),
    _units(
        message="takes a partial filter on unique indexes only",
        matches=lambda spec: has_partial(spec) and not spec.unique,
        source=_FEATURES,
        example="{key: {a: 1}, partialFilterExpression: {b: 1}}",
        near_miss="{key: {a: 1}, unique: true, partialFilterExpression: {b: 1}}",
    ),
    _units(
        message="has no compound wildcard indexes and no wildcardProjection",
        matches=_is_rich_wildcard,
        source=_INDEXING,
        example="{key: {$**: 1}, wildcardProjection: {a: 1}}",
        near_miss="{key: {$**: 1}}",
    ),
    _cores(
        message="has no geospatial fields in compound keys",
        matches=lambda spec: is_geo(spec) and len(spec.keys) > 1,
        source=_LIMITS,
        example="{key: {a: 2dsphere, b: 1}}",
        near_miss="{key: {a: 2dsphere}}",
    ),
    _cores(
        message=f"takes paths of at most {_PATH_BYTES} bytes",
        matches=lambda spec: any(len(path.encode()) > _PATH_BYTES for path in spec.fields),
        source=_LIMITS,
        example=f"{{key: {{{'a' * (_PATH_BYTES + 1)}: 1}}}}",
        near_miss=f"{{key: {{{'a' * _PATH_BYTES}: 1}}}}",
    ),
)
