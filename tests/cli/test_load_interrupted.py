"""A load that is interrupted is a complete report of what was, marked partial; nothing is left.

Tests `kampyn_perf/cli/load/run.py` and `kampyn_perf/load/coordinator/interrupts.py`.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import orjson
import pytest

from tests.cli import program
from tests.cli.program import PATIENT, profile

LONG = ("--rate", "20", "--for", "60s", *PATIENT)


def started(tmp_path: Path, *arguments: str):
    """A load at work, with at least one second saved, and its processes."""
    process = program.start(tmp_path, "load", *arguments, "--out", "run")
    result = tmp_path / "run" / "result.json"

    def measured() -> bool:
        return result.exists() and orjson.loads(result.read_bytes())["elapsed_us"] > 900_000

    program.wait_for(measured, what="the first second")
    return process, result, program.descendants(process.pid)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["INT", "TERM"]
)
def test_a_signal_ends_the_run_with_a_partial_report(tmp_path, url, number, code):
    process, path, processes = started(tmp_path, url, *LONG)
    done = program.interrupt(process, number)
    assert done.code == code, done.err
    document = orjson.loads(path.read_bytes())
    sessions = document["sessions"]
    assert document["status"] == "partial"
    assert document["reason"] == f"ended early by {number.name}"
    assert sessions["planned"] == sessions["started"] + sessions["dropped"] >= 20
    assert sessions["started"] == sessions["completed"] + sessions["failed"] + sessions["cut"]
    assert document["requests"]["count"] > 0
    assert document["validity"]["reasons"] == []
    assert "PARTIAL" in done.out
    assert program.all_gone(processes)
    verdict = orjson.loads((tmp_path / "run" / "verdict.json").read_bytes())
    assert verdict["partial"] is True
    assert verdict["exit_code"] != 0


def test_a_killed_run_keeps_what_was_saved_and_leaves_no_process(tmp_path, url):
    process, path, processes = started(tmp_path, url, *LONG)
    process.kill()
    process.communicate(timeout=10)
    document = orjson.loads(path.read_bytes())
    assert document["status"] == "running"
    assert document["requests"]["count"] > 0
    program.wait_for(lambda: program.all_gone(processes), what="the end of the generator")
    done = program.run(tmp_path, "check", "run")
    assert done.code == 4, "a run that was killed has not earned a pass"


def test_a_killed_generator_makes_the_run_invalid(tmp_path, url):
    process, path, processes = started(tmp_path, url, *LONG)
    generator = next(each for each in processes if "kampyn_perf.load.generator" in each.cmdline())
    os.kill(generator.pid, signal.SIGKILL)
    _out, err = process.communicate(timeout=30)
    assert process.returncode == 4, err
    document = orjson.loads(path.read_bytes())
    assert document["status"] == "partial"
    assert "the generator ended by SIGKILL" in document["validity"]["reasons"][0]
    assert document["requests"]["count"] > 0


def test_the_bundled_backend_goes_with_a_killed_load(tmp_path):
    long = profile("{duration: 60, arrivalRate: 20}")
    process, _path, processes = started(tmp_path, *program.CHEAP, *program.SMALL, *long)
    assert len(processes) >= 4
    process.kill()
    process.communicate(timeout=10)
    program.wait_for(lambda: program.all_gone(processes), what="the end of every process")
