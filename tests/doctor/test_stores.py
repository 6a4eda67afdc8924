"""What is seen of a real redis-server, and of a server that speaks MongoDB's wire protocol."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from pymongo import MongoClient

from kampyn_perf.backend.cache_settings import CacheSettings
from kampyn_perf.backend.caches import embedded
from kampyn_perf.doctor.facts import Facts
from kampyn_perf.doctor.findings import Finding
from kampyn_perf.doctor.rules import findings
from kampyn_perf.doctor.stores import mongo_facts, redis_facts


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """Of one with the document's settings."""
    program = embedded.find_server()
    if program is None:
        pytest.skip("no redis-server")
    log = tmp_path / "redis.log"
    running = embedded.start(program, CacheSettings(), state=tmp_path, log=log)
    yield running.url
    running.close()


def findings_by_rule(facts: Facts) -> dict[str, Finding]:
    """By rule; each with what it does to the numbers and what to do."""
    found = {one.rule: one for one in findings(facts)}
    for one in found.values():
        assert one.consequence
        assert one.remedy
    return found


def test_a_redis_as_the_document_has_it(redis_url: str) -> None:
    facts = redis_facts(redis_url)
    assert (facts.max_memory, facts.policy) == (256 << 20, "allkeys-lru")
    assert facts.version
    assert facts.used
    assert facts.persists is False
    assert findings_by_rule(Facts(redis=facts)) == {}


def test_what_is_set_otherwise_is_seen_and_a_remedy_helps(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    with client:
        client.config_set("maxmemory-policy", "noeviction")
        client.config_set("maxmemory", "2mb")
        client.config_set("appendonly", "yes")
        found = findings_by_rule(Facts(redis=redis_facts(redis_url)))
        assert {"redis-policy", "redis-memory", "redis-persistence"} <= found.keys()
        for rule in ("redis-policy", "redis-memory", "redis-persistence"):
            client.execute_command(*found[rule].remedy.split())
    assert findings_by_rule(Facts(redis=redis_facts(redis_url))) == {}


def test_a_redis_that_is_gone() -> None:
    found = findings_by_rule(Facts(redis=redis_facts("redis://:secret@127.0.0.1:1")))
    assert list(found) == ["redis-unreachable"]
    assert "secret" not in str(found)


@pytest.mark.mongo
def test_a_mongodb_and_the_options_of_its_uri(mongo_uri: str, mongo_database: str) -> None:
    plain, _, options = mongo_uri.partition("?")
    uri = f"{plain.rstrip('/')}/{mongo_database}?{options or 'connectTimeoutMS=5000'}"
    facts = mongo_facts(f"{uri}&maxPoolSize=50&w=majority")
    assert facts.unreachable == ""
    assert facts.version
    assert facts.replica_set is not None
    assert facts.options == {"maxpoolsize": "50", "w": "majority"}
    found = findings_by_rule(Facts(mongo=facts))
    words = found["mongo-options"].consequence
    assert "minpoolsize is not set (document: 10)" in words
    assert "maxpoolsize" not in words
    assert ("mongo-standalone" in found) == (not facts.replica_set)


@pytest.mark.mongo
def test_a_profiler_that_is_on_is_seen(mongo_uri: str, mongo_database: str) -> None:
    plain, _, options = mongo_uri.partition("?")
    uri = f"{plain.rstrip('/')}/{mongo_database}?{options or 'connectTimeoutMS=5000'}"
    with MongoClient(mongo_uri, serverSelectionTimeoutMS=5_000) as client:
        try:
            client[mongo_database].command("profile", 1)
        except Exception as error:
            pytest.skip(f"the server has no profiler: {error}")
        level = client[mongo_database].command("profile", -1).get("was")
    assert mongo_facts(uri).profiling == level
    assert ("mongo-profiler" in findings_by_rule(Facts(mongo=mongo_facts(uri)))) == bool(level)


def test_a_mongodb_that_is_gone() -> None:
    uri = "mongodb://u:secret@127.0.0.1:1/kampyn?serverSelectionTimeoutMS=200"
    found = findings_by_rule(Facts(mongo=mongo_facts(uri)))
    assert list(found) == ["mongo-unreachable"]
    assert "secret" not in str(found)
