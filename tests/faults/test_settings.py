"""The grammar of faults: what it takes, and what it says of all else."""

from __future__ import annotations

import pytest

from kampyn_perf.config import parse_yaml
from kampyn_perf.errors import ConfigError
from kampyn_perf.faults import settings
from kampyn_perf.faults.settings import FaultSettings, RedisFault
from kampyn_perf.sources import Source


def loaded(text: str) -> tuple[FaultSettings, ...]:
    return settings.load(parse_yaml(text, "load.yaml"))


def test_every_kind_is_told_from_the_others():
    found = loaded(
        """
faults:
- {at: 20s, for: 5s, redis: pause}
- {at: 1m, worker: kill, name: lost worker}
- {at: 70, for: 500ms, database: slow, by: 50ms}
- {at: 0, for: 5s, network: delay, by: 20ms, listen: 6390, to: "127.0.0.1:6379"}
- {at: 90s, for: 5s, start: docker pause redis, stop: [docker, unpause, my redis]}
"""
    )
    kinds = [one.kind for one in found]
    assert kinds == [
        ("redis", "pause"),
        ("worker", "kill"),
        ("database", "slow"),
        ("network", "delay"),
        ("command", ""),
    ]
    assert found[0].redis is RedisFault.PAUSE
    assert (found[0].at, found[0].length) == (20_000_000, 5_000_000)
    assert found[4].start == ("docker", "pause", "redis")
    assert found[4].stop == ("docker", "unpause", "my redis")


@pytest.mark.parametrize("text", ["faults:", "faults: []", "{}"])
def test_nothing_is_no_fault(text):
    assert loaded(text) == ()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("{for: 5s, redis: pause}", "load.yaml:2: faults[0].at: is missing"),
        ("{at: 1s, redis: pause}", "needs for: how long it lasts"),
        ("{at: 1s, for: 2s, redis: kill}", "a kill takes no time; take out for"),
        ("{at: 1s, for: 0, redis: pause}", "greater than 0"),
        (
            "{at: 1s, for: 2s}",
            "needs one of redis, worker, database, disk, network, start; it has none",
        ),
        ("{at: 1s, for: 2s, redis: pause, worker: pause}", "it has redis and worker"),
        ("{at: 1s, for: 2s, redis: stop}", "'pause', 'kill' or 'slow'"),
        ("{at: 1s, for: 2s, start: x}", "start and stop belong together"),
        ("{at: 1s, for: 2s, redis: pause, stop: x}", "start and stop belong together"),
        ("{at: 1s, for: 2s, start: '', stop: x}", "needs a program and its arguments"),
        ("{at: 1s, for: 2s, redis: pause, by: 1s}", "by belongs to slow and delay"),
        ("{at: 1s, for: 2s, redis: pause, to: 'a:1', listen: 5}", "belong to network"),
        ("{at: 1s, for: 2s, network: loss, listen: 5}", "listen and to belong together"),
        ("{at: 1s, for: 2s, rediss: pause}", "unknown key"),
    ],
)
def test_each_mistake_is_named_with_its_place(fault, words):
    with pytest.raises(ConfigError) as caught:
        loaded(f"faults:\n- {fault}")
    assert words in str(caught.value)
    assert "load.yaml:2: faults[0]" in str(caught.value)


def test_a_profile_is_part_of_the_place():
    source = Source({"faults": [{"at": "x"}]}, "load.yaml", {("profiles", "q", "faults"): 7})
    with pytest.raises(ConfigError, match=r"load.yaml:7: profiles.q.faults\[0\].at"):
        settings.load(source, ("profiles", "q"))
