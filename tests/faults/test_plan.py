"""The pure timeline of a run's faults."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kampyn_perf.errors import ConfigError
from kampyn_perf.faults.plan import Fault, plan
from kampyn_perf.faults.settings import FaultSettings


def planned(
    *faults: dict[str, Any], warm_up_us: int = 0, duration_us: int = 60_000_000
) -> tuple[Fault, ...]:
    declared = [FaultSettings.model_validate(one) for one in faults]
    return plan(declared, warm_up_us=warm_up_us, duration_us=duration_us)


def test_moments_count_from_the_first_phase_and_lie_on_the_axis_of_the_run():
    pause, kill = planned(
        {"at": "20s", "for": "5s", "redis": "pause"},
        {"at": "40s", "worker": "kill", "name": "lost", "settle": "9s"},
        warm_up_us=10_000_000,
        duration_us=70_000_000,
    )
    assert (pause.name, pause.kind) == ("redis pause 1", "redis pause")
    assert (pause.start_us, pause.end_us, pause.settle_us) == (30_000_000, 35_000_000, 2_000_000)
    assert (kill.name, kill.start_us, kill.end_us) == ("lost", 50_000_000, 50_000_000)
    assert kill.settle_us == 9_000_000


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (
            [{"at": "60s", "redis": "kill"}],
            r"faults\[0\].at: begins when the run is over: its phases take 1 min 0 s",
        ),
        (
            [{"at": 1, "for": 5, "redis": "pause"}, {"at": 5, "for": 5, "redis": "slow"}],
            r"faults\[1\]: overlaps faults\[0\]",
        ),
        (
            [{"at": 1, "redis": "kill", "name": "a"}, {"at": 5, "worker": "kill", "name": "a"}],
            r"faults\[1\]: has the name of faults\[0\]",
        ),
    ],
)
def test_what_cannot_be_carried_out_is_refused(faults, words):
    with pytest.raises(ConfigError, match=words):
        planned(*faults)


def test_different_things_and_one_after_the_other_are_no_overlap():
    proxies: list[dict[str, Any]] = [
        {"at": 1, "for": 5, "network": "loss", "listen": port, "to": "localhost:6379"}
        for port in (7001, 7002)
    ]
    assert len(planned(*proxies)) == 2
    assert len(planned({"at": 1, "for": 4, "redis": "pause"}, {"at": 5, "redis": "kill"})) == 2
    command = {"at": 1, "for": 5, "start": "a", "stop": "b"}
    assert len(planned(command, command)) == 2


@given(st.lists(st.tuples(st.integers(0, 59), st.integers(1, 20)), min_size=1, max_size=6))
def test_what_is_planned_never_overlaps(spans):
    faults = [{"at": at, "for": length, "redis": "pause"} for at, length in spans]
    try:
        made = planned(*faults)
    except ConfigError:
        ordered = sorted(spans)
        pairs = pairwise(ordered)
        assert any(at + length > later for (at, length), (later, _) in pairs)
        return
    ends = sorted((one.start_us, one.end_us) for one in made)
    assert all(end <= start for (_, end), (start, _) in pairwise(ends))
