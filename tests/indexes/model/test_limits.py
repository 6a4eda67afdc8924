"""What each version of MongoDB takes, and what other engines do: one catalogue, planned on all.

Tests `kampyn_perf/indexes/model/limits`, `kampyn_perf/indexes/plan/obstacles.py` and
`kampyn_perf/indexes/model/server.py` too.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf import config
from kampyn_perf.indexes import service
from kampyn_perf.indexes.catalogue.load import load_catalogue
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.limits import engine_refusals, refusals_on, timeseries_refusals
from kampyn_perf.indexes.model.limits.engine_rule import EngineRule
from kampyn_perf.indexes.model.limits.filters import MAX_DEPTH
from kampyn_perf.indexes.model.limits.filters import refusals as filter_refusals
from kampyn_perf.indexes.model.limits.locales import LOCALES, is_locale
from kampyn_perf.indexes.model.limits.of_engine import ENGINE_RULES
from kampyn_perf.indexes.model.server import Engine
from kampyn_perf.indexes.model.spec import IndexSpec
from kampyn_perf.indexes.plan.actions import ActionKind
from tests.indexes.fake_mongo import FakeMongo

VERSIONS = ((4, 2), (4, 4), (5, 0), (6, 0), (7, 0), (8, 0))
ALL, NEVER = (0, 0), (99, 0)
FOUR = "{$and: [{$and: [{$and: [{a: 1}]}]}]}"

DEFINITIONS: tuple[tuple[tuple[int, int], int, str], ...] = (
    # the first version that takes it, the error of those before, the index
    (ALL, 0, "{key: {a: 1}, partialFilterExpression: {a: {$gt: 1, $lt: 9}, b: {$exists: true}}}"),
    (ALL, 0, "{key: {a: 1}, partialFilterExpression: {$and: [{a: 1}, {b: {$type: string}}]}}"),
    (ALL, 0, '{key: {a: 1}, partialFilterExpression: {b: {$oid: "507f1f77bcf86cd799439011"}}}'),
    ((6, 0), 67, "{key: {a: 1}, partialFilterExpression: {$or: [{a: 1}, {b: 1}]}}"),
    ((6, 0), 67, "{key: {a: 1}, partialFilterExpression: {a: {$in: [1, 2]}}}"),
    ((6, 0), 67, "{key: {a: 1}, partialFilterExpression: {b: 1, $and: [{a: 1}]}}"),
    ((6, 0), 67, "{key: {a: 1}, partialFilterExpression: {$and: [{a: {$gt: 1, $lt: 9}}]}}"),
    ((6, 0), 67, "{key: {a: 1}, partialFilterExpression: {loc: {$geoWithin: {$box: [1, 2]}}}}"),
    ((6, 0), 67, f"{{key: {{a: 1}}, partialFilterExpression: {FOUR}}}"),
    (NEVER, 67, f"{{key: {{a: 1}}, partialFilterExpression: {{$and: [{FOUR}]}}}}"),
    (NEVER, 67, f"{{key: {{a: 1}}, partialFilterExpression: {{b: 1, $and: [{FOUR}]}}}}"),
    (NEVER, 67, "{key: {a: 1}, partialFilterExpression: {b: {$ne: 1}}}"),
    (
        NEVER,
        67,
        "{key: {a: 1}, partialFilterExpression: {b: {$regularExpression: {pattern: x, "
        "options: ''}}}}",
    ),
    (NEVER, 67, "{key: {a: 1}, partialFilterExpression: {b: {$regex: x}}}"),
    (ALL, 0, '{key: {"$**": 1}, wildcardProjection: {a: 1, b.c: 1, _id: 0}}'),
    (ALL, 0, '{key: {"a.$**": 1}, partialFilterExpression: {b: 1}}'),
    ((7, 0), 67, '{key: {"$**": -1}}'),
    ((7, 0), 67, '{key: {b: 1, "a.$**": 1}}'),
    ((7, 0), 67, '{key: {b: 1, "$**": 1}, wildcardProjection: {b: 0}}'),
    ((7, 0), 67, '{key: {b: 1, "$**": 1}, wildcardProjection: {c: 1}}'),
    (NEVER, 67, '{key: {b: 1, "$**": 1}, wildcardProjection: {b.c: 1}}'),
    (NEVER, 67, '{key: {b: 1, "$**": 1}, wildcardProjection: {c: 0}}'),
    (NEVER, 67, '{key: {a.b: 1, "a.$**": 1}}'),
    (NEVER, 67, '{key: {b: 1, "$**": 1}}'),
    (NEVER, 67, '{key: {"a.$**": 1, "b.$**": 1}}'),
    (NEVER, 67, '{key: {"$**": 1}, sparse: true}'),
    (NEVER, 67, '{key: {"$**": 1}, unique: true}'),
    (NEVER, 67, '{key: {"$**": 1, a: hashed}, wildcardProjection: {a: 0}}'),
    (NEVER, 9, '{key: {"a.$**": 1}, wildcardProjection: {b: 1}}'),
    (NEVER, 9, '{key: {"$**": 1}, wildcardProjection: {b: 1, c: 0}}'),
    (NEVER, 9, '{key: {"$**": 1}, wildcardProjection: {}}'),
    (NEVER, 2, "{key: {a: 1}, wildcardProjection: {b: 1}}"),
    (ALL, 0, "{key: {a: hashed}, sparse: true}"),
    ((4, 4), 67, "{key: {a: hashed, b: 1}}"),
    (NEVER, 67, "{key: {a: hashed, b: hashed}}"),
    ((4, 4), 0, "{key: {a: 1}, hidden: true}"),
    (ALL, 0, "{key: {b: 1, x: text, y: text, c: -1}, default_language: DE}"),
    (NEVER, 67, "{key: {x: text, b: 1, y: text}}"),
    (NEVER, 67, "{key: {x: text}, default_language: klingon}"),
    (NEVER, 67, '{key: {"a.$**": text}}'),
    (ALL, 0, '{key: {"$**": text}}'),
    (ALL, 0, "{key: {loc: 2d, a: 1}, min: -10, max: 10}"),
    (NEVER, 67, "{key: {a: 1, loc: 2d}}"),
    (NEVER, 67, "{key: {loc: 2d}, min: 10, max: 10}"),
    (ALL, 0, "{key: {a: 1}, collation: {locale: en_US}}"),
    (NEVER, 2, "{key: {a: 1}, collation: {locale: klingon}}"),
    (NEVER, 2, '{key: {a: 1}, collation: {locale: "en@collation=phonebook"}}'),
    (NEVER, 67, "{key: {x: text}, collation: {locale: en}}"),
    (ALL, 0, "{key: {a: 1}, name: 'a*'}"),
    (NEVER, 2, "{key: {a: 1}, name: '*'}"),
    (NEVER, 2, "{key: {a: 1}, name: _id_}"),
    (ALL, 0, "{key: {_ftsx: 1}}"),
    (NEVER, 67, "{key: {_fts: 1}}"),
    (ALL, 0, '{key: {"owner.$id": 1, "owner.$ref": 1, "owner.$db": 1}}'),
    (ALL, 0, "{key: {_id: hashed}}"),
    (ALL, 0, "{key: {_id: 1, a: 1}, unique: true}"),
    (NEVER, 197, "{key: {_id: 1}, unique: true}"),
    (NEVER, 2, "{key: {_id: -1}}"),
    (NEVER, 67, "{key: {a: 1, b: 1}, expireAfterSeconds: 60}"),
    (ALL, 0, "{key: {a: 1}, expireAfterSeconds: 0, partialFilterExpression: {b: 1}}"),
)


def catalogue(*indexes: str, top: str = "") -> Catalogue:
    """Each index in a collection of its own, c0 and so on."""
    lines = [f"  c{n}: {{indexes: [{index}]}}" for n, index in enumerate(indexes)]
    text = "\n".join([top, "collections:", *lines])
    return load_catalogue(config.parse_yaml(text, "cat.yaml"))


def spec(index: str) -> IndexSpec:
    return catalogue(index).collections[0].entries[0].spec


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: ".".join(map(str, version)))
def test_one_catalogue_planned_on_each_version(version: tuple[int, int]) -> None:
    wanted = catalogue(*(index for _, _, index in DEFINITIONS))
    server = FakeMongo(version=(*version, 3))
    try:
        with service.Databases(catalogue=wanted, uri=server.uri) as databases:
            made = service.plan(wanted, databases)
    finally:
        server.close()
    for (first, code, index), part in zip(DEFINITIONS, made.collections, strict=True):
        (action,) = part.actions
        refused = action.kind is ActionKind.CONFLICT
        assert refused is (version < first), (index, action.reason)
        if refused and code:
            assert action.reason.endswith(f"(error {code})"), (index, action.reason)
        assert bool(action.steps) is not refused
    assert made.collections[0].server == f"MongoDB {version[0]}.{version[1]}.3, replica-set"


@given(depth=st.integers(1, 8), beside=st.booleans())
def test_a_filter_is_too_deep_from_its_fifth_level_on(depth: int, beside: bool) -> None:
    expression: dict[str, object] = {"a": 1}
    for _ in range(depth - 1):
        expression = {"$and": [expression]}
    if beside:
        expression = {"b": 1, **expression}  # the two stand below one more $and
    found = {
        refusal.rule
        for refusal in filter_refusals(partial_index(expression))
        if refusal.since is None
    }
    assert bool(found) is (depth + beside > MAX_DEPTH)


def partial_index(partial: dict[str, object]) -> IndexSpec:
    return IndexSpec(keys=(("a", 1),), options={"partialFilterExpression": partial})


SERIES = {"timeField": "at", "metaField": "sensor"}
MEASURED: tuple[tuple[tuple[int, int], str], ...] = (
    (ALL, "{key: {at: 1}}"),
    (ALL, "{key: {sensor.id: 1, at: -1}}"),
    (ALL, "{key: {sensor: hashed}}"),
    ((6, 0), "{key: {temperature: 1}}"),
    ((6, 0), "{key: {place: 2dsphere}}"),
    ((6, 0), "{key: {at: 1}, partialFilterExpression: {temperature: {$gt: 0}}}"),
    ((6, 0), "{key: {temperature: 1}, sparse: true}"),
    ((7, 0), "{key: {at: 1}, expireAfterSeconds: 60, partialFilterExpression: {sensor.id: 1}}"),
    (NEVER, "{key: {at: 1}, expireAfterSeconds: 60}"),
    (NEVER, "{key: {at: 1}, expireAfterSeconds: 60, partialFilterExpression: {temperature: 1}}"),
    (NEVER, "{key: {at: 1}, unique: true}"),
    (NEVER, "{key: {at: 1}, sparse: true}"),
    (NEVER, "{key: {sensor.name: text}}"),
    (NEVER, "{key: {at: hashed}}"),
    (NEVER, "{key: {temperature: hashed}}"),
    (NEVER, "{key: {place: 2d}}"),
)


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: ".".join(map(str, version)))
def test_a_time_series_collection_has_rules_of_its_own(version: tuple[int, int]) -> None:
    wanted = catalogue(*(index for _, index in MEASURED))
    server = FakeMongo(version=(*version, 0))
    for part in wanted.collections:
        server.add(part.name, type="timeseries", options={"timeseries": SERIES})
    try:
        with service.Databases(catalogue=wanted, uri=server.uri) as databases:
            made = service.plan(wanted, databases)
    finally:
        server.close()
    for (first, index), part in zip(MEASURED, made.collections, strict=True):
        (action,) = part.actions
        refused = action.kind is ActionKind.CONFLICT
        assert refused is (version < first), (index, action.reason)
        if refused:
            assert "a time-series collection" in action.reason


def test_6_3_is_where_an_index_may_expire_measurements() -> None:
    index = spec(
        "{key: {at: 1}, expireAfterSeconds: 60, partialFilterExpression: {sensor.id: {$gt: 1}}}"
    )
    assert list(timeseries_refusals(index, SERIES, (6, 2)))
    assert not list(timeseries_refusals(index, SERIES, (6, 3)))


@pytest.mark.parametrize("rule", ENGINE_RULES, ids=lambda rule: f"{rule.engine} {rule.message}")
def test_an_engines_rule_finds_its_example_and_not_the_near_miss(rule: EngineRule) -> None:
    before = (1, 0) if rule.since else (9, 0)
    (found, *_) = [
        refusal
        for refusal in engine_refusals(spec(rule.example), rule.engine, before)
        if refusal.message == f"{rule.engine.label} {rule.message}"
    ]
    assert found.rule == "engine-refuses"
    if rule.since:
        later = engine_refusals(spec(rule.example), rule.engine, rule.since)
        assert found.message not in {refusal.message for refusal in later}
    near = {r.message for r in engine_refusals(spec(rule.near_miss), rule.engine, (9, 0))}
    assert near == set()
    assert rule.source.startswith("https://")


def test_of_an_unknown_engine_nothing_is_claimed() -> None:
    bad = spec("{key: {a: hashed}, unique: true}")
    assert refusals_on(bad, Engine.MONGODB, (8, 0))
    assert refusals_on(bad, Engine.COSMOS_VCORE, (8, 0))
    assert refusals_on(bad, Engine.UNKNOWN, (8, 0)) == ()


def test_versions_of_other_engines_are_not_mongodbs() -> None:
    filtered = spec("{key: {a: 1}, partialFilterExpression: {a: {$in: [1]}}}")
    assert refusals_on(filtered, Engine.MONGODB, (5, 0))
    assert refusals_on(filtered, Engine.ATLAS, (5, 0))
    assert not refusals_on(filtered, Engine.FERRETDB, (2, 7))


def test_locales_have_their_variants_and_no_others() -> None:
    assert all(is_locale(f"{name}@collation={v}") for name, all_ in LOCALES.items() for v in all_)
    assert is_locale("simple")
    assert not is_locale("EN")
    assert not is_locale("de@collation=")
    assert not is_locale("")
