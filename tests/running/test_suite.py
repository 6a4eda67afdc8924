"""How the suite runs, on small suites: `collector`, `order`, `turns`, `fast`, `workers`, `costs`,
`cores`.

Tests `tests/running`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.running import collector
from tests.running.small import run_suite


@pytest.fixture
def suite(tmp_path: Path):
    """Write a suite of one module and run it: what pytest said, and what the tests noted."""

    def run(body: str, *arguments: str, fails: int = 0) -> list[list[str]]:
        return run_suite(tmp_path, {"test_it.py": body}, *arguments, fails=fails)

    return run


ALONE = """
@pytest.mark.parametrize("number", range(24))
def test_crowd(number):
    note("begin"); time.sleep(0.05); note("end")

@pytest.mark.alone
@pytest.mark.parametrize("number", range(3))
def test_alone(number):
    note("alone"); time.sleep(0.2); note("over")
"""
SHARED = """
@pytest.fixture(scope="session")
def first():
    note("first")

@pytest.fixture(scope="module")
def second():
    note("second")

@pytest.mark.parametrize("number", range(6))
def test_one(first, number): time.sleep(0.02)

@pytest.mark.parametrize("number", range(6))
def test_both(first, second, number): time.sleep(0.02)

@pytest.mark.parametrize("number", range(6))
def test_neither(number): time.sleep(0.02)
"""
OWN = """
import sys
note("imported")

@pytest.mark.parametrize("number", range(12))
def test_it(number, tmp_path, capfd):
    print(f"printed by {number}", file=sys.stderr)
    note(f"in:{tmp_path.parent}")
    time.sleep(0.1)
    assert capfd.readouterr().err == f"printed by {number}\\n"
"""
GAPS = """
import subprocess

@pytest.mark.parametrize("number", range(12))
def test_program(number):
    note("program")
    subprocess.run(["sleep", "0.3"])

@pytest.mark.parametrize("number", range(8))
def test_computes(number):
    note(f"nice:{os.nice(0)}")
"""


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What the tests of one suite noted, with as many workers as there are for this machine."""
    bodies = (GAPS, ALONE, OWN, SHARED)
    modules = {f"test_{number}.py": body for number, body in enumerate(bodies)}
    return run_suite(tmp_path_factory.mktemp("crowd"), modules, "-n", "auto")


def test_a_test_that_wants_the_machine_for_itself_has_it(crowd) -> None:
    words = [word for word, _pid in crowd]
    assert (words.count("begin"), words.count("alone")) == (24, 3)
    assert len({pid for word, pid in crowd if word == "begin"}) > 1, "several workers had a part"
    running = 0
    for number, word in enumerate(words):
        if word == "alone":
            assert running == 0, words
            assert words[number + 1] == "over", words
        running += {"begin": 1, "end": -1}.get(word, 0)


def test_what_is_shared_is_made_once_for_all_workers(crowd) -> None:
    words = [word for word, _pid in crowd]
    assert (words.count("first"), words.count("second")) == (1, 1)


def test_tests_are_collected_once_and_each_worker_has_its_own_files(crowd) -> None:
    ran = [(word, pid) for word, pid in crowd if word.startswith("in:")]
    folders, pids = (set(each) for each in zip(*ran, strict=True))
    assert len(ran) == 12
    assert len(folders) == len(pids) == len(set(ran)) > 1
    (imported,) = [pid for word, pid in crowd if word == "imported"]
    assert imported not in {pid for word, pid in crowd if word != "imported"}


def test_one_worker_more_computes_while_the_others_wait(crowd) -> None:
    """Of lower priority, it begins with what the others do last."""
    lower = f"nice:{min(19, os.nice(0) + collector.LOWER)}"
    (filler,) = {pid for word, pid in crowd if word == lower}
    began: dict[str, str] = {}
    for word, pid in crowd:
        if word != "imported":
            began.setdefault(pid, word)
    assert began.pop(filler) == lower
    assert set(began.values()) == {"program"}


DYING = """
import signal

@pytest.mark.parametrize("number", range(6))
def test_it(number):
    if number == 2 and "dies" not in TRACE.read_text():
        note("dies")
        os.kill(os.getpid(), signal.SIGKILL)
    note("done")
"""


def test_a_worker_that_dies_is_told_and_another_takes_its_place(suite) -> None:
    """pytest-xdist gives the test in which it died to the other one too."""
    trace = suite(DYING, "-n", "1", fails=1)
    assert [word for word, _pid in trace] == ["done", "done", "dies", *["done"] * 4]
    assert len({pid for _word, pid in trace}) == 2


STARTER = """
import subprocess, sys
from kampyn_perf.load import Standby
def helper(): subprocess.run([sys.executable, "-c", ""], check=True)
def test_starts(): note("starts"); helper()
def test_starts_within(): import multiprocessing; note("within"); multiprocessing.Process().start()
def test_starts_by_the_project(): note("project"); Standby().close()
def test_pure(): note("pure")
def test_hides_it(): note("hides"); getattr(sys.modules["subprocess"], "run")(["true"])
"""


def test_the_fast_tests_start_nothing(suite) -> None:
    """One is recognised and left out; one that hides what it does fails."""
    trace = suite(STARTER, "-m", "not program", fails=1)
    assert [word for word, _pid in trace] == ["pure", "hides"]


def test_all_tests_may_start_what_they_like(suite) -> None:
    assert len(suite(STARTER, "-n", "1")) == 5


BURNER = """
import subprocess, sys
BURN = "import time\\nwhile time.process_time() < 0.3: pass"
def test_burns(): subprocess.run([sys.executable, "-c", BURN], check=True)
def test_waits(): time.sleep(0.3)
"""


def test_what_a_test_costs_is_told_with_its_processes(suite, tmp_path: Path) -> None:
    """CPU, and not time."""
    told = tmp_path / "costs"
    suite(BURNER, "-p", "tests.running.costs", "--costs", str(told))
    lines = [line.split() for line in told.read_text().splitlines()]
    costs = {name.rpartition("::")[2]: float(cpu) for cpu, _seconds, name in lines}
    assert costs["test_burns"] >= 0.25
    assert costs["test_waits"] < 0.25


def test_linear_algebra_starts_no_threads() -> None:
    """In what this process starts, which has its environment."""
    script = "import os, numpy; print(len(os.listdir('/proc/self/task')))"
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "1\n"
