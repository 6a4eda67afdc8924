"""The sentences of `bench generator`: the figure of a run first, and what it is not."""

from __future__ import annotations

from typing import Any

import pytest

from kampyn_perf.cli.bench.generator_view import cautions, headline
from kampyn_perf.results.bench import BenchResult
from tests.bench.conftest import MACHINE, options

AT = {
    "p50_us": 700,
    "p99_us": 5_800,
    "cpu_share": 0.9,
    "rss": 84_000_000,
    "server_share": 0.3,
    "asked": 8_400.0,
}
OURS: dict[str, Any] = {
    "program": "kampyn-perf",
    "work": "mix",
    "scheduled": True,
    "rate": 8_390.0,
    "spread": [8_000.0, 8_600.0],
    "sessions": 3_496.0,
    "at": AT,
    "beyond": {"asked": 8_900.0, "invalid": ["the generator was late"]},
    "rounds": [[], [], []],
}
LOCUST = OURS | {"program": "locust", "scheduled": False, "rate": 3_900.0}


def result(**facts: Any) -> BenchResult:
    return BenchResult(
        status="complete",
        started_at="2026-11-28T12:00:00+00:00",
        elapsed_us=1,
        machine=MACHINE,
        options=options(),
        context={"generator": facts} if facts else {},
        planned_cases=0,
        cases=[],
    )


def test_what_a_run_carries_comes_first_and_the_client_alone_later() -> None:
    comparison = {
        "medians": {"flat": {"lean": {"rate": 35_800.0}, "stock": {"rate": 6_900.0}}},
        "goals": [],
        "warnings": ["one"],
    }
    found = result(
        carried=[OURS, LOCUST],
        cores={"server": 0, "generator": 1},
        comparison=comparison,
        warnings=["two"],
    )
    lines = list(headline(found))
    assert lines[0] == (
        "A run with one generator carries 8,390 requests/s of the documented mix on this machine, "
        "end to end, 8,000 to 8,600 in 3 rounds (3,496 sessions/s)."
    )
    assert "P99 5.80 ms; the whole program took 0.90 of a core and 80.1 MB" in lines[1]
    assert lines[2] == "    8,900/s was not valid: the generator was late"
    assert lines[3] == "    beside it: locust 3,900/s (no schedule: as fast as it goes)"
    assert lines[4].endswith("makes 35,800 requests/s (stock Locust's 6,900): no run gets that.")
    assert lines[5].startswith("Server and generator shared this machine's 2 cores, each program")
    assert cautions(found) == ["two", "one"]


def test_a_machine_on_which_nothing_was_valid_says_why() -> None:
    never = OURS | {"rate": None, "at": None, "rounds": [[{"invalid": ["others had it"]}]]}
    lines = list(headline(result(carried=[never], cores={"generator": None})))
    assert lines[0] == "No rate of the documented mix was valid here: others had it"
    assert "the server among them" in lines[1]


@pytest.mark.parametrize("facts", [{}, {"comparison": {}}])
def test_other_suites_have_no_headline(facts: dict[str, Any]) -> None:
    assert list(headline(result(**facts))) == []
    assert cautions(result(**facts)) == []
