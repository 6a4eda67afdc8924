"""Ratios are taken within a round, and both clients really run.

Tests `generator.py`, `users.py`, `processes.py`, `server.py`, `stock_locustfile.py`, `jobs.py` and
`usage.py` of `kampyn_perf/load/benchmark` too.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from kampyn_perf.load.benchmark import FLAT, PACED, Client, Comparison, Figures, Plan
from kampyn_perf.load.benchmark.processes import Cores

ROOT = Path(__file__).parents[3]


def figures(rate: float, cpu: float = 100.0, p99: int = 0, failed: int = 0) -> Figures:
    return Figures(
        requests=round(rate), failed=failed, seconds=1.0, cpu_us_per_request=cpu, p99_us=p99
    )


@pytest.fixture
def result() -> Comparison:
    """A comparison that meets every goal."""
    result = Comparison(Plan(rate=1000), Cores(server=0, generator=1))
    for lean, stock in ((3000, 1000), (600, 200), (9000, 1000)):  # a disturbance in the middle
        result.add(FLAT, Client.LEAN, figures(lean))
        result.add(FLAT, Client.STOCK, figures(stock))
        result.add(FLAT, "wrk", figures(90_000))
        result.add(PACED, Client.LEAN, figures(1000, cpu=50, p99=900))
        result.add(PACED, Client.STOCK, figures(1000, cpu=100, p99=5000))
        result.add(PACED, "wrk", figures(20_000, p99=400))
    return result


def test_ratios_are_medians_of_the_rounds_own_ratios(result: Comparison) -> None:
    throughput, cpu, gap = result.goals()
    assert (throughput.value, throughput.met) == (3.0, True)
    assert (cpu.value, cpu.met) == (0.5, True)
    assert (gap.value, gap.met) == (500, True)
    assert result.warnings() == []


def test_goals_can_be_missed(result: Comparison) -> None:
    for number in range(4):
        result.add(FLAT, Client.LEAN, figures(1000 + number))
        result.add(FLAT, Client.STOCK, figures(1000))
        result.add(PACED, Client.LEAN, figures(1000, cpu=90, p99=5000))
        result.add(PACED, Client.STOCK, figures(1000, cpu=100))
    assert [goal.met for goal in result.goals()] == [False, False, False]


def test_without_wrk_the_latency_goal_is_not_measured() -> None:
    result = Comparison(Plan(), Cores())
    assert [goal.met for goal in result.goals()] == [None, None, None]
    assert result.warnings() == ["server and generator share the cores: figures vary more"]


def test_doubtful_figures_are_named(result: Comparison) -> None:
    result.add(FLAT, "hey", figures(10, failed=3))
    for _ in range(4):
        result.add(PACED, Client.STOCK, figures(900))
        result.add(FLAT, "wrk", figures(3000))
    result.busy = 0.65
    assert result.warnings() == [
        "hey (flat): 3 requests failed",
        "stock reached 900 of 1000 requests/s",
        "the server, not the generator, may be the limit flat out",
        "other programs used 65% of the CPU: latencies and rates are theirs too",
    ]


def test_the_program_measures_both_clients() -> None:
    command = [sys.executable, "-m", "benchmarks.http_client", "--json", "--no-tools"]
    command += ["--rounds=1", "--seconds=0.3", "--warmup=0.1", "--users=4", "--rate=100"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=150, check=True, cwd=ROOT
    )
    data = json.loads(done.stdout)
    for load in (FLAT, PACED):
        for client in Client:
            (only,) = data["rounds"][load][client]
            assert only["requests"] > 0
            assert only["failed"] == 0
            assert only["cpu_us_per_request"] > 0
    assert data["rounds"][PACED][Client.LEAN][0]["p99_us"] > 0
    assert [goal["met"] is None for goal in data["goals"]] == [False, False, True]
