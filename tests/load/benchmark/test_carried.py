"""Rounds of whole programs: what counts of them, what is doubtful, and two real runs.

Tests `__init__.py`, `attempt.py`, `work.py` and `cautions.py` of `kampyn_perf/load/benchmark` too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kampyn_perf.load.benchmark import (
    OURS,
    Attempt,
    Carried,
    Cores,
    Place,
    Task,
    Work,
    measure,
    next_round,
    others_took_part,
    ours,
    running_server,
    warnings,
)
from kampyn_perf.load.benchmark.programs import STOCK_LOCUST
from kampyn_perf.load.benchmark.work import write_data
from tests.cli import program

PINNED = Cores(server=0, generator=1)
VALID = Attempt(
    program=OURS,
    work=Work.MIX,
    asked=8_400.0,
    reached=8_390.0,
    cpu_share=0.9,
    rss=80_000_000,
    server_share=0.3,
    p50_us=700,
    p99_us=5_800,
)
INVALID = replace(VALID, asked=8_900.0, reached=8_700.0, invalid=("the generator was late",))


def carried(*rounds: list[Attempt], scheduled: bool = True) -> Carried:
    return Carried(OURS, Work.MIX, scheduled, list(rounds))


def test_the_median_of_the_rounds_counts_and_only_what_was_valid() -> None:
    slow, fast = replace(VALID, reached=8_000.0), replace(VALID, reached=8_600.0)
    found = carried([VALID, INVALID], [slow, INVALID], [fast, INVALID])
    assert found.rate == 8_390.0
    assert found.spread == (8_000.0, 8_600.0)
    assert found.typical is VALID
    assert found.beyond is INVALID
    assert warnings([found], cores=PINNED, busy=0.05) == []


def test_where_nothing_was_valid_there_is_no_rate() -> None:
    found = carried([INVALID])
    assert found.rate is None
    assert found.typical is None
    assert found.spread == (0.0, 0.0)


@pytest.mark.parametrize(
    ("rounds", "words"),
    [
        (
            [[VALID, INVALID], [replace(VALID, reached=6_000.0), INVALID]],
            "kampyn-perf, the documented mix: the rounds differ, from 6,000 to 8,390 requests/s",
        ),
        (
            [[replace(VALID, server_share=0.95), INVALID]],
            "kampyn-perf, the documented mix: the server of constants was near its own limit, and "
            "may be it",
        ),
        (
            [[VALID]],
            "kampyn-perf, the documented mix: no rate above was found that is not valid; it may "
            "carry more",
        ),
        (
            [[VALID, replace(INVALID, invalid=("a generator waited for a CPU: others had it",))]],
            "kampyn-perf, the documented mix: what ended the search was others' use of the machine",
        ),
    ],
)
def test_what_makes_a_figure_doubtful_is_said(rounds: list[list[Attempt]], words: str) -> None:
    assert warnings([carried(*rounds)], cores=PINNED, busy=0.0) == [words]


def test_whether_the_figure_is_a_busy_machines() -> None:
    hungry = replace(INVALID, invalid=("a generator waited for a CPU: others had it",))
    assert not others_took_part(carried([VALID, INVALID]), busy=0.05)
    assert others_took_part(carried([VALID, INVALID]), busy=0.4)
    assert others_took_part(carried([VALID, hungry]), busy=0.05)
    assert not others_took_part(carried([VALID]), busy=0.05)


def test_a_busy_machine_and_shared_cores_are_said() -> None:
    found = warnings([carried([VALID, INVALID])], cores=Cores(), busy=0.4)
    assert found[0].startswith("other programs used 40 % of the CPU")
    assert found[1].startswith("programs were not pinned to cores")


def test_a_run_of_ours_is_seen_from_outside() -> None:
    with running_server(Cores()) as server:
        task = Task(work=Work.MIX, url=server.url, rate=48, seconds=4, folder=Path())
        looks: list[int] = []
        found = measure(
            ours(),
            task,
            server,
            cores=Cores(),
            looked=lambda _pid, seen: looks.append(seen.requests),
        )
    assert found.failed == 0
    assert found.reached > 0
    assert found.cpu_share > 0
    assert found.rss > 50_000_000
    assert looks == sorted(looks)


def test_stock_locust_does_the_same_work(tmp_path: Path) -> None:
    write_data(tmp_path)
    with running_server(Cores()) as server:
        task = Task(work=Work.MIX, url=server.url, rate=0, seconds=60, folder=tmp_path, users=3)
        process = subprocess.Popen(
            STOCK_LOCUST.command(task),
            env={**os.environ, **task.environment},
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            program.wait_for(lambda: server.served().requests >= 30, what="thirty requests")
            process.terminate()
            out, _err = process.communicate(timeout=60)
        finally:
            process.kill()
            process.communicate()
        figures = STOCK_LOCUST.figures(task, out)
        served = server.served()
    assert process.returncode == 0
    assert figures.failed == 0
    assert figures.p50_us is not None  # in whole milliseconds: 0 on a fast machine
    assert served.cpu_s > 0


def test_a_program_that_does_not_run_is_an_attempt_that_does_not_count() -> None:
    broken = replace(ours(), command=lambda _task: [sys.executable, "-c", "raise SystemExit('oh')"])
    found = carried()
    found.rounds.clear()
    with running_server(Cores()) as server:
        attempts = next_round(found, broken, Place(server=server, cores=Cores()), print)
    assert [one.reached for one in attempts] == [0.0]
    assert "said nothing of its run (exit code 1): oh" in attempts[0].invalid[0]
    assert found.rate is None
