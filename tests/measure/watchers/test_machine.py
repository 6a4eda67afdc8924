"""This machine, against what the kernel itself says.

Tests `kampyn_perf/measure/watchers/disk.py` too.
"""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import psutil
import pytest

from kampyn_perf import names
from kampyn_perf.measure.cgroup import Group, Limits
from kampyn_perf.measure.readings import Reading, Sample
from kampyn_perf.measure.watchers.disk import DiskWatcher, disk_of
from kampyn_perf.measure.watchers.machine import MachineWatcher, NetworkWatcher, PressureWatcher
from tests.measure.watchers.test_processes import BUSY, python

SECOND = 1_000_000


def by_metric(readings: list[Reading]) -> dict[str, float]:
    return {
        f"{one.quantity.metric} {one.quantity.subject}": one.value
        for one in readings
        if isinstance(one, Sample)
    }


def test_a_busy_core_is_seen() -> None:
    watcher = MachineWatcher()
    assert set(by_metric(list(watcher.sample(0)))) == {"memory machine"}
    with python(*[BUSY] * (os.cpu_count() or 1)):
        time.sleep(0.3)
        list(watcher.sample(0))
        time.sleep(0.5)
        seen = by_metric(list(watcher.sample(SECOND // 2)))
    assert seen["cpu machine"] > 0.7
    memory = psutil.virtual_memory()
    assert seen["memory machine"] == pytest.approx(1 - memory.available / memory.total, abs=0.05)


def test_what_goes_over_the_loopback_is_no_network() -> None:
    watcher = NetworkWatcher()
    list(watcher.sample(0))
    size = 4_000_000
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sender = socket.create_connection(listener.getsockname())
        receiver, _ = listener.accept()
        with sender, receiver:
            for _ in range(size // 40_000):
                sender.sendall(b"x" * 40_000)
                receiver.recv(40_000, socket.MSG_WAITALL)
    seen = by_metric(list(watcher.sample(2 * SECOND)))
    assert seen["network_received loopback"] >= size / 2
    assert seen["network_sent loopback"] >= size / 2
    assert "network_received network" in seen


@pytest.mark.skipif(not PressureWatcher.available(), reason="this kernel has no PSI")
def test_pressure_is_a_share_of_time() -> None:
    watcher = PressureWatcher()
    list(watcher.sample(0))
    time.sleep(0.2)
    seen = by_metric(list(watcher.sample(SECOND // 5)))
    assert set(seen) == {"cpu_pressure machine", "memory_pressure machine", "io_pressure machine"}
    assert all(0 <= share <= 1 for share in seen.values())


def test_pressure_counts_the_time_in_which_some_task_waited(tmp_path: Path) -> None:
    def write(total_us: int) -> None:
        for kind in ("cpu", "memory", "io"):
            text = (
                f"some avg10=9.00 avg60=1.00 avg300=0.00 total={total_us}\nfull avg10=0 total=1\n"
            )
            (tmp_path / kind).write_text(text)

    watcher = PressureWatcher(folder=tmp_path)
    write(5_000_000)
    list(watcher.sample(0))
    write(5_500_000)
    assert by_metric(list(watcher.sample(2 * SECOND)))["cpu_pressure machine"] == 0.25


def test_the_disk_of_a_folder_is_the_whole_disk(tmp_path: Path) -> None:
    device = os.stat(tmp_path).st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    sys = tmp_path / "sys"
    partition = sys / "devices" / "pci" / "sda" / "sda1"
    partition.mkdir(parents=True)
    (partition / "partition").write_text("1")
    (sys / "dev" / "block").mkdir(parents=True)
    (sys / "dev" / "block" / number).symlink_to(partition)
    assert disk_of(tmp_path, sys) == "sda"
    assert disk_of(tmp_path / "not" / "yet" / "there", sys) == "sda"
    assert disk_of(tmp_path, tmp_path / "none") is None


def test_a_disk_that_is_written_to_is_busy(tmp_path: Path) -> None:
    watcher = DiskWatcher(tmp_path)
    start = time.perf_counter_ns()
    list(watcher.sample(0))
    before = psutil.disk_io_counters(perdisk=True, nowrap=False)
    for _ in range(20):
        with (tmp_path / "file").open("wb") as file:
            file.write(os.urandom(1_000_000))
            os.fsync(file.fileno())
    after = psutil.disk_io_counters(perdisk=True, nowrap=False)
    seen = by_metric(list(watcher.sample((time.perf_counter_ns() - start) // 1000)))
    disk = disk_of(tmp_path)
    if disk and after[disk].busy_time > before[disk].busy_time:
        assert 0 < seen["disk_io machine"] <= 1
    assert set(seen) == {"disk_io machine"}


def test_without_a_known_disk_the_busiest_one_speaks() -> None:
    watcher = DiskWatcher(None)
    list(watcher.sample(0))
    (sample,) = watcher.sample(SECOND)
    assert isinstance(sample, Sample)
    assert sample.quantity.source == "busy time of the busiest disk of all"
    assert sample.quantity.metric == names.DISK_IO


def test_a_container_at_its_limit_is_no_idle_machine(tmp_path: Path) -> None:
    def use(cpu_us: int, memory: int) -> None:
        (tmp_path / "cpu.stat").write_text(f"usage_usec {cpu_us}\n")
        (tmp_path / "memory.current").write_text(f"{memory}\n")
        (tmp_path / "memory.stat").write_text("inactive_file 0\n")

    group = Group(tmp_path)
    watcher = MachineWatcher(limits=Limits(cpu=(group, 0.5), memory=(group, 1000)))
    use(0, 990)
    list(watcher.sample(0))
    time.sleep(0.05)
    use(499_000, 995)
    readings = list(watcher.sample(SECOND))
    seen = by_metric(readings)
    assert seen["cpu machine"] >= 0.998  # of half a core; and as much at least as the machine
    assert seen["memory machine"] == 0.995
    sources = {one.quantity.source for one in readings if isinstance(one, Sample)}
    assert "psutil, limit of 0.5 cores" in sources
    assert "psutil, limit of 1000 B" in sources


def test_of_some_cores_only_those_count() -> None:
    cores = os.sched_getaffinity(0)
    if len(cores) < 2:
        pytest.skip("one core")
    try:
        os.sched_setaffinity(0, {min(cores)})
        watcher = MachineWatcher(only_our_cores=True, limits=Limits())
        list(watcher.sample(0))
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            pass
        readings = list(watcher.sample(SECOND // 2))
    finally:
        os.sched_setaffinity(0, cores)
    (cpu,) = (
        one for one in readings if isinstance(one, Sample) and one.quantity.metric == names.CPU
    )
    assert cpu.quantity.source == "psutil, 1 core"
    assert cpu.value > 0.8  # this core was kept busy, whatever the others did
