"""What was looked at stands there, whatever it came to; and what could not be seen.

Tests `kampyn_perf/doctor/__init__.py` too.
"""

from __future__ import annotations

from kampyn_perf.doctor import (
    Facts,
    IndexFacts,
    MachineFacts,
    MongoFacts,
    RedisFacts,
    TargetFacts,
    seen,
)


def test_what_a_machine_does_not_tell_is_named():
    looked, unseen = seen(Facts(machine=MachineFacts(cores=2, clock_source="tsc", noise=0.0312)))
    assert looked == ["clock source tsc", "cores 2", "noise 3.1 %"]
    assert unseen[:3] == ["CPU frequency", "files", "ephemeral ports"]
    assert "steal" in unseen


def test_a_target_and_what_stands_behind_it():
    looked, unseen = seen(
        Facts(
            target=TargetFacts(url="http://x", status=200, keeps_alive=True, compresses=False),
            redis=RedisFacts(where="redis://x", version="7", max_memory=0, policy="allkeys-lru"),
            mongo=MongoFacts(where="mongodb://x", version="8", options={"w": "majority"}),
            indexes=IndexFacts(where="mongodb://x", missing=("orders.userId_1",)),
        )
    )
    assert {
        "target status 200",
        "rate limiter none named",
        "debug mode no sign",
        "compression no",
        "keep-alive yes",
        "its memory without limit",
        "options in its URI w",
        "indexes of the catalogue 1 missing",
    } <= set(looked)
    assert unseen == ["an answer", "its append-only file", "replica set", "profiler's level",
                      "connections"]  # fmt: skip


def test_nothing_is_said_of_what_does_not_answer():
    gone = Facts(
        target=TargetFacts(url="http://x", unreachable="refused"),
        redis=RedisFacts(where="redis://x", unreachable="refused"),
        indexes=IndexFacts(where="x", unseen="refused"),
    )
    assert seen(gone) == ([], [])
