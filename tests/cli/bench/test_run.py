"""The real program, with few iterations. Nothing here depends on how fast anything is.

Tests `kampyn_perf/cli/bench` and `kampyn_perf/bench/defaults.py` too.
"""

from __future__ import annotations

import csv
import io
import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kampyn_perf.results.bench import BenchResult
from tests import forked
from tests.bench.program import Bench, environment, latest

Write = Callable[..., Path]

CASES = """
@bench.case(params={"size": (10, 1000)}, setup=lambda size: list(range(size)))
def sort(numbers, size): numbers.sort()

@bench.case
async def turn():
    import asyncio
    await asyncio.sleep(0)
"""


def test_a_table_for_people_and_a_result_for_later(
    bench: Bench, bench_file: Write, tmp_path: Path
) -> None:
    path = bench_file(CASES, "mine")
    done = bench(path, "--iterations", 30, "--param", "size=5,50", "-k", "sort")

    assert done.returncode == 0, done.stderr
    for word in ("mine.sort[size=5]", "Average", "P50", "P95", "P99", "n too small"):
        assert word in done.stdout
    result = latest(tmp_path)
    assert [case.name for case in result.cases] == ["mine.sort[size=5]", "mine.sort[size=50]"]
    assert [len(case.decode()) for case in result.cases] == [30, 30]
    assert result.status == "complete"
    config = json.loads((tmp_path / "reports/latest/config.json").read_bytes())
    assert (config["keyword"], config["params"]) == ("sort", ["size=5,50"])


def test_json_alone_on_stdout_is_the_file_itself(bench: Bench, bench_file: Write) -> None:
    path = bench_file(CASES)
    done = bench(path, "-n", 5, "--json", "--out", path.parent / "run")
    assert json.loads(done.stdout) == json.loads((path.parent / "run/result.json").read_bytes())
    again = bench(path, "-n", 5, "--out", path.parent / "run")
    assert again.returncode == 2
    assert "a run never overwrites another" in again.stderr


def test_formats_come_on_stdout(bench: Bench, bench_file: Write) -> None:
    done = bench(bench_file(CASES), "-n", 5, "--format", "csv")
    assert done.returncode == 0
    assert len(list(csv.DictReader(io.StringIO(done.stdout)))) == 3


def test_list_names_the_cases_and_runs_none(
    bench: Bench, bench_file: Write, tmp_path: Path
) -> None:
    path = bench_file(CASES, "mine")
    done = bench(path, "--list")
    assert done.stdout.split() == ["mine.sort[size=10]", "mine.sort[size=1000]", "mine.turn"]
    assert not (tmp_path / "reports").exists()
    assert json.loads(bench(path, "--list", "--json").stdout)[0] == {
        "name": "mine.sort[size=10]",
        "suite": "mine",
        "params": {"size": 10},
    }


def test_a_failed_case_fails_the_command_and_the_others_are_kept(
    bench: Bench, bench_file: Write, tmp_path: Path
) -> None:
    body = CASES + "\n@bench.case\ndef broken(): raise ValueError('no stock')\n"
    done = bench(bench_file(body, "mine"), "-n", 20)

    assert done.returncode == 1
    assert "mine.broken failed in warmup: 2 × ValueError: no stock" in done.stdout
    assert [str(case.status) for case in latest(tmp_path).cases] == ["ok", "ok", "ok", "failed"]


def test_a_case_that_never_ends_is_ended_and_the_next_one_runs(
    bench: Bench, bench_file: Write, tmp_path: Path
) -> None:
    body = "@bench.case\ndef never():\n    while True: pass\n\n@bench.case\ndef after(): pass\n"
    done = bench(bench_file(body, "mine"), "-n", 3, "--timeout", "200ms")

    assert done.returncode == 1
    assert "still not done after 200 ms (--timeout); ended" in done.stdout
    assert [str(case.status) for case in latest(tmp_path).cases] == ["failed", "ok"]


def test_a_call_that_nothing_can_end_ends_the_process_and_what_was_measured_is_kept(
    bench: Bench, bench_file: Write, tmp_path: Path
) -> None:
    """What waits inside C sees no signal: only ending the process helps."""
    body = """
import ctypes

wait = ctypes.PyDLL(None).pthread_mutex_lock
mutex = ctypes.create_string_buffer(64)

@bench.case
def before(): pass

@bench.case
def stubborn(): wait(mutex), wait(mutex)
"""
    done = bench(bench_file(body, "mine"), "-n", 3, "--timeout", "200ms")

    assert done.returncode == 1
    assert "in stubborn" in done.stderr
    result = latest_started(tmp_path)
    assert (result.status, result.running) == ("running", "mine.stubborn")
    assert [case.name for case in result.cases] == ["mine.before"]


def latest_started(folder: Path) -> BenchResult:
    (found,) = (folder / "reports").glob("2*-bench/result.json")
    return BenchResult.model_validate_json(found.read_bytes())


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("is_async", [False, True])
def test_an_interrupted_run_is_kept(
    number: signal.Signals, code: int, is_async: bool, bench_file: Write, tmp_path: Path
) -> None:
    body = (
        "import asyncio, pathlib, time\n"
        "@bench.case\ndef before(): pass\n\n"
        f"@bench.case\n{'async ' if is_async else ''}def slow():\n"
        "    pathlib.Path('started').touch()\n"
        f"    {'await asyncio' if is_async else 'time'}.sleep(0.01)\n"
    )
    words = ("bench", str(bench_file(body, "mine")), "--warm-up", "0", "-n", "10000")
    process = forked.Started([*words, "--rounds", "1"], tmp_path, environment())
    try:
        deadline = time.monotonic() + 60
        while not (tmp_path / "started").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()

    assert process.returncode == code, said
    result = latest(tmp_path)
    assert result.status == "partial"
    assert [(case.name, str(case.status)) for case in result.cases] == [
        ("mine.before", "ok"),
        ("mine.slow", "interrupted"),
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("away.py",), "away.py does not exist"),
        (("htpp",), "htpp is neither a built-in suite nor a Python file"),
        (("mine.py", "-k", "nothing"), "none of the 3 cases is meant by this"),
        (("mine.py", "--param", "size"), "expected name=value"),
        (("mine.py", "--format", "xml"), "--format xml: not a format"),
        (("mine.py", "--max-time", "0"), "--max-time: must be more than nothing"),
        (("mine.py", "--timeout", "soon"), "--timeout: not a duration"),
    ],
)
def test_bad_usage_is_refused_before_anything_runs(
    arguments: tuple[str, ...], message: str, bench: Bench, bench_file: Write, tmp_path: Path
) -> None:
    bench_file(CASES, "mine")
    done = bench(*arguments)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "reports").exists()


def test_the_documented_example_works(bench: Bench, tmp_path: Path) -> None:
    example = Path(__file__).parents[3] / "docs/examples/my_benchmarks.py"
    done = bench(example, "-n", 8)
    assert done.returncode == 0, done.stderr
    assert [case.name for case in latest(tmp_path).cases] == [
        "my_benchmarks.encode[lines=1]",
        "my_benchmarks.encode[lines=20]",
        "orders.total[lines=20]",
        "my_benchmarks.empty_cart",
        *(f"my_benchmarks.look_up[clients={n}]" for n in (1, 4, 8)),
    ]
