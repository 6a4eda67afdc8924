"""Facts to findings: one known-good set of facts, and one of them broken at a time.

Tests `document.py`, `facts.py` and `findings.py` of `kampyn_perf/doctor` too.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from kampyn_perf.doctor.facts import (
    Facts,
    GeneratorFacts,
    IndexFacts,
    MachineFacts,
    MongoFacts,
    RedisFacts,
    TargetFacts,
)
from kampyn_perf.doctor.findings import Level
from kampyn_perf.doctor.rules import findings
from kampyn_perf.rate_limits import RateLimit

GB = 1 << 30
MACHINE = MachineFacts(
    cores=4,
    descriptors_soft=1024,
    descriptors_hard=65536,
    ports=28_000,
    governors=("performance",),
    clock_source="tsc",
    load_average=0.2,
    other_cpu=0.01,
    steal=0.0,
    noise=0.05,
    memory_available=8 * GB,
    memory_total=16 * GB,
    swap_used=0,
    python="3.11.7",
    python_debug=False,
)
TARGET = TargetFacts(url="http://shop", status=200, keeps_alive=True, compresses=False)
REDIS = RedisFacts(
    where="redis://r", max_memory=256 << 20, policy="allkeys-lru", used=1000, persists=False
)
MONGO = MongoFacts(
    where="mongodb://m/kampyn",
    replica_set=True,
    options={
        "maxpoolsize": "50", "minpoolsize": "10", "readpreference": "secondaryPreferred",
        "w": "majority", "journal": "true", "compressors": "zlib",
    },
    connections=10,
    connections_left=1000,
    profiling=0,
)  # fmt: skip


def rules(**facts) -> list[str]:
    return [one.rule for one in findings(Facts(**facts))]


def test_where_all_is_well_nothing_is_said():
    assert findings(Facts(machine=MACHINE, target=TARGET, redis=REDIS, mongo=MONGO)) == []


def test_what_could_not_be_seen_is_not_spoken_of():
    nothing = Facts(
        machine=MachineFacts(),
        target=TargetFacts(url="http://shop"),
        redis=RedisFacts(where="r"),
        indexes=IndexFacts(where="m"),
    )
    assert findings(nothing) == []


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"descriptors_hard": 4096}, "descriptors"),
        ({"ports": 1000}, "ports"),
        ({"governors": ("performance", "powersave")}, "cpu-frequency"),
        ({"clock_source": "hpet"}, "clock-source"),
        ({"load_average": 3.0}, "load-average"),
        ({"other_cpu": 0.2}, "other-programs"),
        ({"steal": 0.05}, "steal"),
        ({"noise": 0.5}, "noise"),
        ({"memory_available": GB}, "memory"),
        ({"swap_used": GB}, "swap"),
        ({"cpu_quota": 1.0}, "cpu-quota"),
        ({"python_debug": True}, "python-debug"),
    ],
)
def test_of_a_machine(broken, rule):
    assert rules(machine=replace(MACHINE, **broken)) == [rule]


def test_a_generator_that_is_not_compiled_is_told_why_and_how():
    rate, pure = findings(Facts(generator=GeneratorFacts(mix=8400.0, pure="it was not made")))
    assert rate.rule == "generator-rate"
    assert (pure.rule, pure.level) == ("generator-compiled", Level.NOTE)
    assert pure.what == "load generators run without their compiled part: it was not made"
    assert "make compiled" in pure.remedy
    unwanted = GeneratorFacts(mix=8400.0, pure="KAMPYN_PERF_PURE is set", switched_off=True)
    _, pure = findings(Facts(generator=unwanted))
    assert pure.remedy == "Without that variable it is used, where it was made."


def test_of_what_one_generator_carries():
    (unknown,) = findings(Facts(generator=GeneratorFacts()))
    assert (unknown.rule, unknown.level) == ("generator-rate", Level.NOTE)
    assert unknown.remedy.startswith("kampyn-perf bench generator measures it")
    (known,) = findings(Facts(generator=GeneratorFacts(mix=8400.0, when="measured", days=3)))
    assert known.what == (
        "one generator carries about 8,400 requests/s of the documented mix on this machine "
        "(measured)"
    )
    assert known.remedy == "For more: load --workers N."
    (old,) = findings(Facts(generator=GeneratorFacts(mix=8400.0, when="measured", days=90)))
    assert old.remedy == "kampyn-perf bench generator measures it again."


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"unreachable": "refused"}, "target"),
        ({"rate_limit": RateLimit(1000, 900_000_000, "1000;w=900")}, "rate-limiter"),
        ({"debug_signs": ("Django's DEBUG = True",)}, "debug-mode"),
        ({"keeps_alive": False}, "keep-alive"),
        ({"compresses": True}, "compression"),
        ({"here": True}, "same-machine"),
    ],
)  # fmt: skip
def test_of_a_target(broken, rule):
    assert rules(target=replace(TARGET, **broken)) == [rule]


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"unreachable": "refused"}, "redis-unreachable"),
        ({"max_memory": 0}, "redis-memory"),
        ({"max_memory": GB}, "redis-memory"),
        ({"policy": "noeviction"}, "redis-policy"),
        ({"used": 250 << 20}, "redis-full"),
        ({"persists": True}, "redis-persistence"),
    ],
)
def test_of_redis(broken, rule):
    assert rules(redis=replace(REDIS, **broken)) == [rule]


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"unreachable": "refused"}, "mongo-unreachable"),
        ({"options": {}}, "mongo-options"),
        ({"replica_set": False}, "mongo-standalone"),
        ({"profiling": 2}, "mongo-profiler"),
        ({"connections_left": 5}, "mongo-connections"),
    ],
)
def test_of_mongo(broken, rule):
    assert rules(mongo=replace(MONGO, **broken)) == [rule]


def test_of_indexes():
    assert rules(indexes=IndexFacts(where="m", missing=("orders.a_1",))) == ["missing-indexes"]
    assert rules(indexes=IndexFacts(where="m", conflicts=("orders.a_1",))) == [
        "conflicting-indexes"
    ]
    assert rules(indexes=IndexFacts(where="m", unseen="no access")) == ["indexes-unseen"]
    many = IndexFacts(where="m", missing=tuple(f"orders.f{n}_1" for n in range(8)))
    (found,) = findings(Facts(indexes=many))
    assert "8 indexes" in found.what
    assert found.what.endswith("and 3 more")


def test_the_gravest_comes_first():
    broken = replace(MACHINE, swap_used=GB, clock_source="hpet", steal=0.1)
    levels = [one.level for one in findings(Facts(machine=broken))]
    assert levels == [Level.PROBLEM, Level.WARNING, Level.NOTE]


def test_the_documents_limiter_is_told_in_numbers():
    limited = replace(TARGET, rate_limit=RateLimit(1000, 900_000_000, "RateLimit-Policy: ..."))
    (found,) = findings(Facts(target=limited))
    assert "1,000 requests in 15 min 0 s" in found.what
    assert "1.11 requests/s" in found.what


def test_every_finding_has_its_consequence():
    everything = Facts(
        machine=replace(MACHINE, noise=2.0, steal=0.1, ports=10),
        target=replace(TARGET, here=True, keeps_alive=False),
        redis=replace(REDIS, policy="noeviction"),
        mongo=replace(MONGO, options={}, replica_set=False),
    )
    for one in findings(everything):
        assert one.what
        assert one.consequence
        assert one.remedy
