"""Real processes: what is seen of them, and that a place outlives its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psutil
import pytest

from kampyn_perf import names
from kampyn_perf.backend import RunningBackend
from kampyn_perf.measure.readings import NotSeen, Reading, Remark, Sample
from kampyn_perf.measure.watchers.processes import ProcessWatcher, proportional_size, waited_for_cpu

SECOND = 1_000_000
SLEEP = "import time; time.sleep(60)"
BUSY = "while True: pass"
HELD = f"x = bytearray({64 * 1024 * 1024}); {SLEEP}"


@contextmanager
def python(*programs: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    started = [subprocess.Popen([sys.executable, "-c", program]) for program in programs]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


def by_subject(readings: list[Reading], metric: str) -> dict[str, float]:
    return {
        one.quantity.subject: one.value
        for one in readings
        if isinstance(one, Sample) and one.quantity.metric == metric
    }


def pids_of(*processes: subprocess.Popen[bytes]) -> list[int]:
    return [process.pid for process in processes]


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_memory_is_what_the_process_holds() -> None:
    with python(SLEEP, HELD) as (small, large):
        watcher = ProcessWatcher(lambda: {"worker": pids_of(small, large)})
        until(lambda: psutil.Process(large.pid).memory_info().rss > 64 * 1024 * 1024)
        before = psutil.Process(large.pid).memory_info().rss
        memory = by_subject(list(watcher.sample(0)), names.MEMORY_PER_INSTANCE)
        after = psutil.Process(large.pid).memory_info().rss
    # It may still be growing.
    assert 0.99 * before <= memory["worker 2"] <= 1.01 * after
    assert memory["worker 2"] - memory["worker 1"] > 50 * 1024 * 1024


def test_cpu_is_a_share_of_one_core_between_two_looks() -> None:
    with python(SLEEP, BUSY) as (idle, busy):
        watcher = ProcessWatcher(lambda: {"worker": pids_of(idle, busy)})
        # What begins uses CPU to import; let that pass.
        until(lambda: sum(psutil.Process(busy.pid).cpu_times()[:2]) >= 0.3)
        first = list(watcher.sample(0))
        spent = -sum(psutil.Process(busy.pid).cpu_times()[:2])
        time.sleep(0.5)
        second = by_subject(list(watcher.sample(SECOND // 2)), names.PROCESS_CPU)
        spent += sum(psutil.Process(busy.pid).cpu_times()[:2])
    assert by_subject(first, names.PROCESS_CPU) == {}
    assert second["worker 2"] == pytest.approx(2 * spent, abs=0.1)
    assert second["worker 1"] < second["worker 2"]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_process_that_waits_for_a_cpu_is_seen() -> None:
    watcher = ProcessWatcher(lambda: {"worker": [os.getpid()]})
    first = {one.quantity.metric for one in watcher.sample(0) if isinstance(one, Sample)}
    assert names.PROCESS_CPU_WAIT not in first, "it takes two looks"
    (waited,) = [
        one.value
        for one in watcher.sample(10_000_000)
        if isinstance(one, Sample) and one.quantity.metric == names.PROCESS_CPU_WAIT
    ]
    assert 0 <= waited <= 1


def test_the_wait_is_the_second_figure_of_schedstat(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "schedstat").write_text("9000000000 2500000000 17\n")
    assert waited_for_cpu(7, tmp_path) == 2.5
    assert waited_for_cpu(8, tmp_path) is None


def test_only_instances_count_for_the_goal() -> None:
    with python(SLEEP, SLEEP) as (one, other):
        found = {"worker": pids_of(one), "redis": pids_of(other)}
        readings = list(ProcessWatcher(lambda: found).sample(0))
    assert list(by_subject(readings, names.MEMORY_PER_INSTANCE)) == ["worker 1"]
    assert list(by_subject(readings, names.PROCESS_MEMORY)) == ["redis 1"]
    assert by_subject(readings, names.PROCESS_DESCRIPTORS)["worker 1"] >= 3


def test_a_restarted_worker_takes_the_place_of_the_one_that_died(backend: RunningBackend) -> None:
    watcher = ProcessWatcher(lambda: {"worker": backend.pids})
    before = by_subject(list(watcher.sample(0)), names.PROCESS_RESTARTS)
    assert before == {"worker 1": 0, "worker 2": 0}
    victim = backend.pids[0]
    os.kill(victim, signal.SIGKILL)
    readings: list[Reading] = []

    moments = count(SECOND, SECOND)

    def restarted() -> bool:
        readings.extend(watcher.sample(next(moments)))
        return sum(by_subject(readings, names.PROCESS_RESTARTS).values()) > 0

    until(restarted)
    assert by_subject(readings, names.PROCESS_RESTARTS) == {"worker 1": 1, "worker 2": 0}
    new = next(pid for pid in backend.pids if pid != victim)
    remarks = [one.text for one in readings if isinstance(one, Remark)]
    assert len(remarks) == 1
    assert remarks[0].startswith("worker 1 was restarted, as process ")
    assert new in backend.pids
    assert set(by_subject(readings, names.MEMORY_PER_INSTANCE)) == {"worker 1", "worker 2"}


def test_no_process_at_all_is_not_seen() -> None:
    with pytest.raises(NotSeen, match="none of the backend's processes is there"):
        list(ProcessWatcher(lambda: {"worker": []}).sample(0))


def test_a_crowd_of_processes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kampyn_perf.measure.watchers.processes.MAX_PLACES", 2)
    with python(SLEEP, SLEEP, SLEEP) as processes:
        found: Mapping[str, Sequence[int]] = {"worker": pids_of(*processes)}
        readings = list(ProcessWatcher(lambda: found).sample(0))
    assert len(by_subject(readings, names.MEMORY_PER_INSTANCE)) == 2
    assert Remark("only 2 processes are watched; there are more") in readings


def test_shared_pages_are_counted_by_share(tmp_path: Path) -> None:
    forked = f"import os; x = bytearray({64 * 1024 * 1024}); os.fork(); {SLEEP}"
    with python(forked) as (parent,):
        process = psutil.Process(parent.pid)
        until(lambda: bool(process.children()))
        child = process.children()[0]
        try:
            watcher = ProcessWatcher(lambda: {"worker": [parent.pid, child.pid]})
            readings = list(watcher.sample(0))
        finally:
            child.kill()
    rss, pss = (
        by_subject(readings, names.MEMORY_PER_INSTANCE),
        by_subject(readings, names.PROCESS_PSS),
    )
    assert pss["worker 1"] < rss["worker 1"] - 25 * 1024 * 1024
    folder = tmp_path / "7"
    folder.mkdir()
    (folder / "smaps_rollup").write_text("0-1 ---p\nRss:  900 kB\nPss:  300 kB\nPss_Anon: 1 kB\n")
    assert proportional_size(7, tmp_path) == 300 * 1024
    assert proportional_size(8, tmp_path) is None
