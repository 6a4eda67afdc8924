"""Faults on real processes: begun in time, always undone, remembered for the case of kill -9.

Tests `choose.py` and `records.py` of `kampyn_perf/faults`, and `kampyn_perf/faults/actions` too.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from kampyn_perf.faults.actions.victim import Victim, go_on
from kampyn_perf.faults.choose import Subjects, action_of
from kampyn_perf.faults.plan import Fault
from kampyn_perf.faults.records import Leftover, Records
from kampyn_perf.faults.runner import FaultRunner
from tests.cli.program import wait_for
from tests.forked_function import Function


@pytest.fixture
def sleeper() -> Iterator[psutil.Process]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(120)"]) as process:
        yield psutil.Process(process.pid)
        process.kill()


def stopped(process: psutil.Process) -> bool:
    return process.status() == psutil.STATUS_STOPPED


def fault(subject: str, action: str, *, length_us: int, **more: object) -> Fault:
    fields = {"name": "f", "start_us": 0, "end_us": length_us, "settle_us": 0} | more
    return Fault(subject=subject, action=action, **fields)  # type: ignore[arg-type]


def runner(folder: Path, one: Fault, subjects: Subjects) -> FaultRunner:
    zero = time.monotonic()
    return FaultRunner(
        [one],
        make=lambda each: action_of(each, subjects),
        now_us=lambda: round((time.monotonic() - zero) * 1e6),
        folder=folder,
    )


@pytest.mark.parametrize("action", ["pause", "slow"])
def test_the_end_of_the_run_undoes_a_fault_that_would_go_on(tmp_path, sleeper, action):
    one = fault("redis", action, length_us=600_000_000, by_us=600_000_000)
    run = runner(tmp_path, one, Subjects(redis=lambda: sleeper.pid))
    run.start()
    wait_for(lambda: stopped(sleeper))
    ((_, leftover),) = Records(tmp_path).all()
    assert (leftover.name, leftover.orphaned) == ("f", False)
    run.stop()
    wait_for(lambda: not stopped(sleeper))
    assert Records(tmp_path).all() == []
    (record,) = run.records()
    assert record.began
    assert record.error == ""
    assert record.end_us is not None
    assert record.end_us < 600_000_000


def test_faults_that_begin_at_one_moment_have_a_record_each(tmp_path: Path) -> None:
    command = {"start": ("true",), "stop": ("true",), "length_us": 600_000_000}
    faults = [fault("command", "", name=f"f{number}", **command) for number in range(8)]  # type: ignore[arg-type]
    run = FaultRunner(
        faults,
        make=lambda each: action_of(each, Subjects()),
        now_us=lambda: 0,
        folder=tmp_path,
    )
    run.start()
    try:
        wait_for(lambda: len(Records(tmp_path).all()) == len(faults))
    finally:
        run.stop()
    assert Records(tmp_path).all() == []


def test_a_kill_takes_no_time_and_is_remembered_as_such(tmp_path, sleeper):
    run = runner(
        tmp_path, fault("worker", "kill", length_us=0), Subjects(workers=lambda: [sleeper.pid])
    )
    run.start()
    wait_for(run.records)
    run.stop()
    wait_for(lambda: sleeper.status() == psutil.STATUS_ZOMBIE)
    (record,) = run.records()
    assert record.end_us == record.start_us
    assert record.span_text.startswith("at ")


def test_what_is_not_there_is_an_error_in_the_record_and_nothing_began(tmp_path):
    run = runner(tmp_path, fault("redis", "pause", length_us=1_000), Subjects())
    run.start()
    wait_for(run.records)
    run.stop()
    (record,) = run.records()
    assert (record.began, record.error) == (False, "the backend has no Redis of its own")


def test_a_run_that_ends_before_begins_nothing(tmp_path):
    late = fault("redis", "pause", length_us=1, start_us=600_000_000, end_us=600_000_001)
    run = runner(tmp_path, late, Subjects())
    run.start()
    run.stop()
    assert run.records() == []


def test_stop_is_run_although_start_failed(tmp_path):
    mark = tmp_path / "undone"
    failing = fault("command", "", length_us=1_000, start=("false",), stop=("touch", str(mark)))
    run = runner(tmp_path / "records", failing, Subjects())
    run.start()
    wait_for(mark.exists)
    run.stop()
    (record,) = run.records()
    assert (record.began, record.error) == (False, "false ended with 1")


def test_no_record_no_fault(tmp_path, sleeper):
    blocked = tmp_path / "records"
    blocked.write_text("a file where the folder should be")
    run = runner(
        blocked, fault("redis", "pause", length_us=1_000), Subjects(redis=lambda: sleeper.pid)
    )
    run.start()
    wait_for(run.records)
    run.stop()
    (record,) = run.records()
    assert not record.began
    assert "cannot write" in record.error


def pause_and_stay(pid: int, folder: Path) -> None:
    one = fault("redis", "pause", length_us=600_000_000, name="left")
    runner(folder, one, Subjects(redis=lambda: pid)).start()
    time.sleep(60)


def test_kill_9_leaves_a_record_that_undoes_it(tmp_path, sleeper):
    run = Function(pause_and_stay, sleeper.pid, tmp_path)
    wait_for(lambda: stopped(sleeper))
    run.kill()
    run.communicate(timeout=60)
    assert run.returncode == -signal.SIGKILL
    records = Records(tmp_path)
    ((_, leftover),) = records.all()
    assert leftover.orphaned
    assert [(one.name, error) for one, error in records.undo_orphans()] == [("left", "")]
    wait_for(lambda: not stopped(sleeper))
    assert records.undo_orphans() == []


def test_a_record_of_what_cannot_be_undone_stays(tmp_path):
    records = Records(tmp_path)
    gone = Victim(pid=os.getpid(), started=1.0)
    records.write(Leftover(name="x", kind="command", run=gone, stop=("false",)))
    ((_, error),) = records.undo_orphans()
    assert error == "false ended with 1"
    assert len(records.all()) == 1


def test_a_number_that_another_process_has_now_is_left_alone(sleeper):
    sleeper.suspend()
    wait_for(lambda: stopped(sleeper))
    go_on([Victim(sleeper.pid, sleeper.create_time() - 100)])
    assert stopped(sleeper)
    go_on([Victim.of(sleeper.pid)])
    wait_for(lambda: not stopped(sleeper))
