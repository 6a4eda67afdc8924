"""A generator that starts before its run is known: taken by the run, or gone."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from kampyn_perf.load.coordinator.standby import Standby
from kampyn_perf.load.coordinator.workers import LocalWorkers
from kampyn_perf.load.messages import Describe
from tests.cli import program

SCENARIOS = program.ROOT / "scenarios" / "locustfile.py"


@pytest.fixture
def first_words(tmp_path, monkeypatch):
    """What runs in every Python before its program; it may write to stderr."""

    def set_to(script: str) -> None:
        (tmp_path / "sitecustomize.py").write_text(script)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return set_to


@pytest.fixture
def log_path(tmp_path) -> Path:
    return tmp_path / "generator.log"


def _children() -> set[int]:
    return {child.pid for child in psutil.Process().children()}


@pytest.fixture
def new_children():
    before = _children()
    return lambda: _children() - before


def test_a_run_takes_it_and_its_log_begins_with_what_it_wrote_before(
    first_words, log_path, new_children
):
    first_words("import sys; print('early words', file=sys.stderr, flush=True)")
    with Standby() as standby, log_path.open("ab") as log:
        (pid,) = new_children()
        workers = LocalWorkers(2, log=log, log_path=log_path, standby=standby)
        try:
            assert workers.pids[0] == pid
            assert new_children() == set(workers.pids)
            flows = workers.describe(Describe(scenarios=(str(SCENARIOS),)))
            assert flows["Order placement flow"] == 40
        finally:
            workers.close()
    assert standby.take(log_path) is None
    assert log_path.read_text().splitlines() == ["early words", "early words"]
    assert new_children() == set()


def test_words_of_scenarios_come_after_those_of_the_start(first_words, log_path, tmp_path):
    first_words("import sys; print('early words', file=sys.stderr, flush=True)")
    scenarios = tmp_path / "mine.py"
    scenarios.write_text(f"print('late words')\n{SCENARIOS.read_text()}")
    with Standby() as standby, log_path.open("ab") as log:
        workers = LocalWorkers(1, log=log, log_path=log_path, standby=standby)
        workers.describe(Describe(scenarios=(str(scenarios),)))
        workers.close()
    assert log_path.read_text().splitlines() == ["early words", "late words"]


def test_one_that_dies_while_it_starts_has_said_why(first_words, log_path):
    first_words("import os; os.write(2, b'no memory\\n'); os._exit(7)")
    with Standby() as standby, log_path.open("ab") as log:
        workers = LocalWorkers(1, log=log, log_path=log_path, standby=standby)
        received = []
        while not received:
            received = workers.receive()
        workers.close()
    assert received[0].report is None
    assert received[0].how == "ended with code 7: no memory"
    assert log_path.read_text() == "no memory\n"


def test_one_that_nobody_takes_is_gone_at_the_end(new_children):
    with suppress(KeyboardInterrupt), Standby():
        assert len(new_children()) == 1
        raise KeyboardInterrupt
    assert new_children() == set()


def test_without_room_for_it_there_is_none(monkeypatch, log_path, new_children):
    """The run starts its own then, and tells what is wrong."""

    def full() -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with Standby() as standby:
        assert standby.take(log_path) is None
        assert new_children() == set()
