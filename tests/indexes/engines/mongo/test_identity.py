"""Who answers: by where it is, by what it calls itself, or an honest unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.indexes.engines.mongo.identity import able, engine_of, own_version
from kampyn_perf.indexes.model.server import Engine, Feature, Topology, features_of
from tests.indexes.conftest import Cli
from tests.indexes.fake_mongo import FakeMongo

GENUINE = {"version": "7.0.12", "gitVersion": "b6513ce0", "modules": [], "allocator": "tcmalloc"}
BARE = {"version": "8.2.11", "gitVersion": "0", "bits": 64}


@pytest.mark.parametrize(
    ("uri", "build", "engine"),
    [
        ("mongodb://127.0.0.1:27017/kampyn", GENUINE, Engine.MONGODB),
        ("mongodb+srv://ada:x@c0.ab12.mongodb.net/kampyn", GENUINE, Engine.ATLAS),
        ("mongodb://a@shop.cluster-x.eu-west-1.docdb.amazonaws.com:27017", GENUINE, None),
        ("mongodb://ada:x@SHOP.docdb.amazonaws.com:27017/?tls=true", BARE, Engine.DOCUMENTDB),
        ("mongodb://shop.docdb-elastic.amazonaws.com", BARE, Engine.DOCUMENTDB),
        ("mongodb://shop:k@shop.mongo.cosmos.azure.com:10255/", BARE, Engine.COSMOS_RU),
        ("mongodb+srv://shop.mongocluster.cosmos.azure.com/", BARE, Engine.COSMOS_VCORE),
        ("mongodb://localhost", BARE | {"ferretdb": {"version": "v2.7.0"}}, Engine.FERRETDB),
        ("mongodb://localhost", GENUINE | {"ferretdbVersion": "v1.24.0"}, Engine.FERRETDB),
        ("mongodb://localhost", BARE | {"secantusVersion": "0.7.0b3"}, Engine.SECANTUSDB),
        ("mongodb://localhost", BARE | {"gitVersion": "mongoeco"}, Engine.MONGOECO),
        ("mongodb://localhost", BARE, Engine.UNKNOWN),
        ("mongodb://mongodb.net.example.com", BARE, Engine.UNKNOWN),
    ],
)
def test_an_engine_is_known_by_place_or_by_name(
    uri: str, build: dict[str, Any], engine: Engine | None
) -> None:
    assert engine_of(uri, build) is (engine or Engine.DOCUMENTDB)


def test_ferretdb_has_a_version_of_its_own() -> None:
    assert own_version(Engine.FERRETDB, BARE | {"ferretdb": {"version": "v2.7.0"}}) == "2.7.0"
    assert own_version(Engine.FERRETDB, BARE | {"ferretdbVersion": "v1.24.0"}) == "1.24.0"
    assert own_version(Engine.DOCUMENTDB, {"version": "5.0.0"}) == "5.0.0"


def test_what_is_not_known_of_an_engine_is_not_relied_on() -> None:
    newest = features_of((8, 0), Topology.REPLICA_SET)
    assert able(Engine.ATLAS, (8, 0), newest) == newest
    assert able(Engine.UNKNOWN, (8, 0), newest) == frozenset()
    assert able(Engine.DOCUMENTDB, (5, 0), newest) == {Feature.TTL_CHANGE}
    assert Feature.HIDE in able(Engine.DOCUMENTDB, (8, 0, 1), newest)


def test_a_plan_says_what_it_does_not_know(fake: FakeMongo, cli: Cli, tmp_path: Path) -> None:
    fake.build = {"gitVersion": "home-made"}
    text = "collections: {users: {indexes: [{key: {a: hashed}, unique: true}]}}"
    (tmp_path / "cat.yaml").write_text(f"server: {{engine: mongodb, min: 8.0}}\n{text}\n")
    done = cli("plan", "-c", "cat.yaml", "--json", "--uri", fake.uri)
    (part,) = json.loads(done.stdout)["collections"]
    assert part["server"] == "unknown engine 7.0.0, replica-set"
    assert part["notes"] == [
        "unknown engine: the rules about definitions were not checked (--probe asks it)",
        "the catalogue is meant for MongoDB 8.0 or newer, and this is unknown engine 7.0.0, "
        "replica-set",
    ]
    assert part["actions"][0]["action"] == "create"
