"""Amazon DocumentDB (3.6, 4.0, 5.0, 8.0)."""

from __future__ import annotations

from functools import partial

from kampyn_perf.indexes.model.limits import filters
from kampyn_perf.indexes.model.limits.engine_rule import (
    EngineRule,
    has_collation,
    has_kind,
    has_partial,
    is_geo,
    is_text,
)
from kampyn_perf.indexes.model.options import PLANE
from kampyn_perf.indexes.model.server import Engine
from kampyn_perf.indexes.model.spec import HASHED, IndexSpec
from kampyn_perf.indexes.model.values import normal_filter

_PAGES = "https://docs.aws.amazon.com/documentdb/latest/developerguide"
_APIS = f"{_PAGES}/mongo-apis.html"
_OPERATORS = frozenset({"$eq", "$exists", "$gt", "$gte", "$lt", "$lte"})
_rule = partial(EngineRule, engine=Engine.DOCUMENTDB)


def _uses_other_operators(spec: IndexSpec) -> bool:
    leaves = normal_filter(spec.partial or {})
    nested = any(refusal.since for refusal in filters.refusals(spec))
    return nested or any(leaf[1] not in _OPERATORS for leaf in leaves)


RULES = (
    _rule(
        message="has no hashed indexes",
        matches=has_kind(HASHED),
        source=_APIS,
        example="{key: {a: hashed}}",
        near_miss="{key: {a: 1}}",
    ),
    _rule(
        message="has no 2d indexes (2dsphere is there)",
        matches=has_kind(PLANE),
        source=_APIS,
        example="{key: {a: 2d}}",
        near_miss="{key: {a: 2dsphere}}",
    ),
    _rule(
        message="has text indexes from 5.0 on",
        matches=is_text,
        source=f"{_PAGES}/indexes-text.html",
        example="{key: {a: text}}",
        near_miss="{key: {a: 1}}",
        since=(5, 0),
    ),
    _rule(
        message="has wildcard indexes from 8.0.3 on",
        matches=lambda spec: spec.is_wildcard,
        source=f"{_PAGES}/indexes-wildcard.html",
        example="{key: {$**: 1}}",
        near_miss="{key: {a: 1}}",
        since=(8, 0, 3),
    ),
    _rule(
        message="has partial indexes from 5.0 on",
        matches=has_partial,
        source=f"{_PAGES}/partial-index.html",
        example="{key: {a: 1}, partialFilterExpression: {b: 1}}",
        near_miss="{key: {a: 1}, sparse: true}",
        since=(5, 0),
    ),
    _rule(
        message="takes equality, $exists, $gt, $gte, $lt, $lte and a $and at the top in a partial "
        "filter",
        matches=_uses_other_operators,
        source=f"{_PAGES}/partial-index.html",
        example="{key: {a: 1}, partialFilterExpression: {a: {$type: string}}}",
        near_miss="{key: {a: 1}, partialFilterExpression: {a: {$gt: 0}, b: {$exists: true}}}",
    ),
    _rule(
        message="has no partial filter on geospatial and text indexes",
        matches=lambda spec: has_partial(spec) and (is_geo(spec) or spec.is_text),
        source=f"{_PAGES}/index-property-partialfilterexpression.html",
        example="{key: {a: 2dsphere}, partialFilterExpression: {b: 1}}",
        near_miss="{key: {a: 1}, partialFilterExpression: {b: 1}}",
    ),
    _rule(
        message="hides indexes from 8.0.1 on",
        matches=lambda spec: spec.hidden,
        source=f"{_PAGES}/index-property-hidden.html",
        example="{key: {a: 1}, hidden: true}",
        near_miss="{key: {a: 1}}",
        since=(8, 0, 1),
    ),
    _rule(
        message="has no collations before 8.0",
        matches=has_collation,
        source=_APIS,
        example="{key: {a: 1}, collation: {locale: en}}",
        near_miss="{key: {a: 1}, collation: {locale: simple}}",
        since=(8, 0),
    ),
)
