"""How the suite runs, on small suites: `collector`, `order`, `turns`, `fast`, `workers`, `costs`,
`cores`.

Tests `tests/running`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli import program

CONFTEST = """
pytest_plugins = ["tests.running.fast", "tests.running.order", "tests.running.workers"]
"""
PLUGINS = ("-p", "xdist")
"""No other one that happens to be installed: each process of a suite would import them all."""
MARKERS = ("program", "long", "alone", "mongo")
TRACE = """
import os, pathlib, time
import pytest
TRACE = pathlib.Path(__file__).parent / "trace"
def note(word):
    with TRACE.open("a") as file:
        file.write(f"{word} {os.getpid()}\\n")
"""


@pytest.fixture
def suite(tmp_path: Path):
    """Write a suite of one module and run it: what pytest said, and what the tests noted."""

    def run(body: str, *arguments: str, fails: int = 0) -> list[list[str]]:
        (tmp_path / "conftest.py").write_text(CONFTEST)
        (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n    " + "\n    ".join(MARKERS))
        (tmp_path / "test_it.py").write_text(TRACE + body)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PLUGINS, *arguments],
            cwd=tmp_path,
            env=program.environment({"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == (1 if fails else 0), done.stdout + done.stderr
        assert f"{fails} failed" in done.stdout or not fails, done.stdout
        trace = tmp_path / "trace"
        return [line.split() for line in trace.read_text().splitlines()] if trace.exists() else []

    return run


def test_a_test_that_wants_the_machine_for_itself_has_it(suite) -> None:
    body = """
@pytest.mark.parametrize("number", range(24))
def test_crowd(number):
    note("begin"); time.sleep(0.05); note("end")

@pytest.mark.alone
@pytest.mark.parametrize("number", range(3))
def test_alone(number):
    note("alone"); time.sleep(0.2); note("over")
"""
    trace = suite(body, "-n", "3")
    words = [word for word, _pid in trace]
    assert (words.count("begin"), words.count("alone")) == (24, 3)
    assert len({pid for word, pid in trace if word == "begin"}) > 1, "several workers had a part"
    running = 0
    for number, word in enumerate(words):
        if word == "alone":
            assert running == 0, words
            assert words[number + 1] == "over", words
        running += {"begin": 1, "end": -1}.get(word, 0)


def test_what_is_shared_is_made_once_for_all_workers(suite) -> None:
    body = """
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
    assert sorted(word for word, _pid in suite(body, "-n", "2")) == ["first", "second"]


FORKED = """
import sys
note("imported")

@pytest.mark.parametrize("number", range(6))
def test_it(number, tmp_path, capfd):
    print(f"printed by {number}", file=sys.stderr)
    note(tmp_path.parent)
    time.sleep(0.1)
    assert capfd.readouterr().err == f"printed by {number}\\n"
"""


def test_tests_are_collected_once_and_each_worker_has_its_own_files(suite) -> None:
    trace = suite(FORKED, "-n", "3")
    imported, *ran = sorted(trace, key=lambda line: line[0] != "imported")
    folders, pids = (set(each) for each in zip(*ran, strict=True))
    assert (len(ran), len(folders), len(pids)) == (6, 3, 3)
    assert imported[1] not in pids


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
BURN = "import time\\nwhile time.process_time() < 0.5: pass"
def test_burns(): subprocess.run([sys.executable, "-c", BURN], check=True)
def test_waits(): time.sleep(0.5)
"""


def test_what_a_test_costs_is_told_with_its_processes(suite, tmp_path: Path) -> None:
    """CPU, and not time."""
    told = tmp_path / "costs"
    suite(BURNER, "-p", "tests.running.costs", "--costs", str(told))
    lines = [line.split() for line in told.read_text().splitlines()]
    costs = {name.rpartition("::")[2]: float(cpu) for cpu, _seconds, name in lines}
    assert costs["test_burns"] >= 0.4
    assert costs["test_waits"] < 0.4


def test_linear_algebra_starts_no_threads() -> None:
    """In what this process starts, which has its environment."""
    script = "import os, numpy; print(len(os.listdir('/proc/self/task')))"
    assert subprocess.check_output([sys.executable, "-c", script], text=True) == "1\n"
