"""The second try of the gate, on small suites: as `.ci/run` runs the first and then this.

Tests `tests/running/again.py`.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.running import again
from tests.running.small import run_module

FLAKY = """
import pathlib, pytest
NOTES = pathlib.Path(__file__).parent / "notes"

@pytest.mark.parametrize("words", ["one of two", "two/of::two"])
def test_flaky(words):
    seen = NOTES.read_text().count(words) if NOTES.exists() else 0
    with NOTES.open("a") as file:
        file.write(f"{words}\\n")
    assert seen

def test_good():
    with NOTES.open("a") as file:
        file.write("good\\n")
"""


@pytest.fixture
def gate(tmp_path: Path):
    """Exit codes of a first run of this module, and of the second try after it."""

    def run(body: str) -> tuple[int, int, str]:
        (tmp_path / "pytest.ini").write_text("[pytest]\n")
        (tmp_path / "test_it.py").write_text(body)
        first = run_module(tmp_path, "pytest", "-q", "--cache-clear")
        again = run_module(tmp_path, "tests.running.again")
        return first.returncode, again.returncode, again.stdout

    return run


def test_what_passes_alone_is_named_and_nothing_else_runs(gate, tmp_path) -> None:
    first, again, said = gate(FLAKY)
    assert (first, again) == (1, 0)
    assert "gate: 2 failed beside other tests" in said
    assert "test_it.py::test_flaky[one of two]" in said
    assert "2 passed" in said
    assert (tmp_path / "notes").read_text().split("\n").count("good") == 1


def test_what_fails_alone_too_is_a_failure(gate) -> None:
    assert gate("def test_bad():\n    assert False\n")[:2] == (1, 1)


@pytest.mark.parametrize("names", [[f"test_it.py::test_bad[{n}]" for n in range(4)], []])
def test_many_failures_are_not_tried_again_nor_is_the_whole_suite(names, tmp_path, monkeypatch):
    """None are known after a run that broke before its first test."""
    cache = tmp_path / again.CACHE / "v" / "cache"
    cache.mkdir(parents=True)
    (cache / "lastfailed").write_text(json.dumps(dict.fromkeys(names, True)))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(subprocess, "run", None)
    assert again.main() == 1


def test_without_a_cache_nothing_is_tried_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(subprocess, "run", None)
    assert again.main() == 1
