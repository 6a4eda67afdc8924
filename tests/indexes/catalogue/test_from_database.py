"""What is imported is a catalogue, and its plan against its own database is empty.

Tests `kampyn_perf/indexes/catalogue/write.py`, `kampyn_perf/yaml_dumper.py` and
`kampyn_perf/indexes/model/live.py` too.
"""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kampyn_perf import config
from kampyn_perf.indexes.catalogue.from_database import catalogue_of
from kampyn_perf.indexes.catalogue.load import load_catalogue
from kampyn_perf.indexes.catalogue.write import catalogue_yaml
from kampyn_perf.indexes.model.catalogue import Catalogue
from kampyn_perf.indexes.model.live import CollectionKind, LiveCollection, LiveIndex, LiveState
from kampyn_perf.indexes.model.ports import BuildOptions, ServerRefusal
from kampyn_perf.indexes.plan.actions import ActionKind
from kampyn_perf.indexes.plan.diff import make_plan
from tests.indexes.simulator import Simulator
from tests.indexes.strategies import specs, versions


def read_back(catalogue: Catalogue) -> Catalogue:
    return load_catalogue(config.parse_yaml(catalogue_yaml(catalogue), "imported.yaml"))


def collection(*definitions: dict[str, Any], **rest: Any) -> LiveCollection:
    server = Simulator(version=(7, 0)).server
    listed = ({"v": 2, "key": {"_id": 1}, "name": "_id_"}, *definitions)
    indexes = tuple(LiveIndex(definition=definition) for definition in listed)
    return LiveCollection(name="things", server=server, indexes=indexes, **rest)


def assert_plans_empty(live: LiveCollection) -> Catalogue:
    again = read_back(catalogue_of([("default", live)]))
    plan = make_plan(again, LiveState(collections={live.name: live}))
    assert plan.empty
    assert {action.kind for action in plan.actions} <= {ActionKind.KEEP}
    return again


@given(version=versions, wanted=st.lists(specs(), max_size=6))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_state_imports_to_a_catalogue_whose_plan_is_empty(
    version: tuple[int, int], wanted: list[Any]
) -> None:
    simulator = Simulator(version=version)
    for spec in wanted:
        try:
            simulator.create_indexes("things", [spec], BuildOptions())
        except ServerRefusal:
            continue
    if len(simulator.indexes) > 1:
        assert_plans_empty(simulator.read_collection("things"))


FRENCH = {
    "locale": "fr",
    "caseLevel": False,
    "caseFirst": "off",
    "strength": 3,
    "numericOrdering": False,
    "alternate": "non-ignorable",
    "maxVariable": "punct",
    "normalization": False,
    "backwards": False,
    "version": "57.1",
}


def test_listings_as_servers_write_them() -> None:
    live = collection(
        {"v": 2, "key": {"a": 1.0, "b": -1}, "name": "by_a", "background": True, "sparse": False},
        {
            "v": 2,
            "key": {"_fts": "text", "_ftsx": 1},
            "name": "name_text_description_text",
            "weights": {"description": 1, "name": {"$numberLong": "10"}},
            "default_language": "spanish",
            "language_override": "language",
            "textIndexVersion": 3,
        },
        {"v": 2, "key": {"loc": "2dsphere"}, "name": "loc_2dsphere", "2dsphereIndexVersion": 3},
        {"v": 2, "key": {"c": 1}, "name": "c_1", "collation": {**FRENCH, "strength": 1}},
        {
            "v": 2,
            "key": {"d": 1},
            "name": "d_1",
            "partialFilterExpression": {"at": {"$gt": {"$date": "2026-01-01T00:00:00Z"}}},
            "expireAfterSeconds": {"$numberDouble": "3600.0"},
        },
        {"v": 2, "key": {"p": "2d"}, "name": "p_2d", "bits": 26, "min": -180, "max": 180.0},
    )
    text = catalogue_yaml(assert_plans_empty(live))
    assert "key: {a: 1, b: -1}\n        name: by_a\n" in text
    assert "collation: {locale: fr, strength: 1}" in text
    assert "key: {name: text, description: text}\n        weights: {name: 10}" in text
    assert "sparse" not in text


def test_an_index_of_a_collection_with_a_default_collation() -> None:
    live = collection(
        {"v": 2, "key": {"a": 1}, "name": "a_1", "collation": FRENCH},
        {"v": 2, "key": {"b": 1}, "name": "b_1"},
        collation=FRENCH,
    )
    first, second = assert_plans_empty(live).collections[0].entries
    assert first.spec.collation is None
    assert second.spec.collation == {"locale": "simple"}


def test_views_bare_collections_and_bridges_are_left_out() -> None:
    bridge = {"v": 2, "key": {"a": 1, "kampyn_bridge": 1}, "name": "kampyn_bridge_0123"}
    view = collection({"v": 2, "key": {"a": 1}, "name": "a_1"}, kind=CollectionKind.VIEW)
    assert catalogue_of([("default", view)]).collections == ()
    assert catalogue_of([("default", collection())]).collections == ()
    assert catalogue_of([("default", collection(bridge))]).collections == ()


def test_clusters_are_named_with_their_variable() -> None:
    live = collection({"v": 2, "key": {"a": 1}, "name": "a_1"})
    again = read_back(catalogue_of([("user", live)], {"user": "MONGO_URI_USER"}))
    assert again.collections[0].cluster == "user"
    assert again.clusters["user"].variable == "MONGO_URI_USER"
