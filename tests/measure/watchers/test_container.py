"""A control group's files, as the kernel writes them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kampyn_perf import names
from kampyn_perf.measure.readings import NotSeen, Reading, Remark, Sample
from kampyn_perf.measure.watchers.container import ContainerWatcher, group_of

SECOND = 1_000_000


@pytest.fixture
def group(tmp_path: Path) -> Path:
    folder = tmp_path / "shop.scope"
    folder.mkdir()
    (folder / "memory.current").write_text("300000000\n")
    (folder / "memory.stat").write_text("anon 150000000\nfile 150000000\ninactive_file 100000000\n")
    (folder / "memory.max").write_text("536870912\n")
    (folder / "cpu.stat").write_text("usage_usec 1000000\nuser_usec 1\nnr_throttled 4\n")
    (folder / "cpu.max").write_text("150000 100000\n")
    return folder


def values(readings: list[Reading]) -> dict[str, float]:
    return {one.quantity.metric: one.value for one in readings if isinstance(one, Sample)}


def remarks(readings: list[Reading]) -> list[str]:
    return [one.text for one in readings if isinstance(one, Remark)]


def test_memory_leaves_out_what_would_be_given_back(group: Path) -> None:
    readings = list(ContainerWatcher(group, instance=True).sample(0))
    assert values(readings) == {names.MEMORY_PER_INSTANCE: 200_000_000}
    assert remarks(readings) == [
        "its memory is limited to 512 MB",
        "its CPU is limited to 1.5 cores",
    ]


def test_cpu_is_a_share_of_one_core(group: Path) -> None:
    watcher = ContainerWatcher(group)
    list(watcher.sample(0))
    (group / "cpu.stat").write_text("usage_usec 1500000\nnr_throttled 4\n")
    readings = list(watcher.sample(SECOND))
    assert values(readings) == {names.CONTAINER_MEMORY: 200_000_000, names.CONTAINER_CPU: 0.5}
    assert remarks(readings) == []


def test_a_container_held_back_by_its_limit_is_remarked(group: Path) -> None:
    watcher = ContainerWatcher(group)
    list(watcher.sample(0))
    (group / "cpu.stat").write_text("usage_usec 1500000\nnr_throttled 9\n")
    assert remarks(list(watcher.sample(SECOND))) == ["its CPU limit held it back during the run"]


def test_without_limits_none_are_remarked(group: Path) -> None:
    (group / "memory.max").write_text("max\n")
    (group / "cpu.max").write_text("max 100000\n")
    assert remarks(list(ContainerWatcher(group).sample(0))) == []


def test_a_group_that_is_gone_is_not_seen(group: Path) -> None:
    (group / "memory.current").unlink()
    with pytest.raises(NotSeen, match="No such file") as caught:
        list(ContainerWatcher(group).sample(0))
    assert "--watch-cgroup" in caught.value.remedy


def test_the_group_of_a_process(tmp_path: Path, group: Path) -> None:
    proc = tmp_path / "proc"
    (proc / "12").mkdir(parents=True)
    (proc / "12" / "cgroup").write_text("5:devices:/x\n0::/shop.scope\n")
    assert group_of(12, proc=proc, root=tmp_path) == group
    (proc / "12" / "cgroup").write_text("5:devices:/shop.scope\n")
    assert group_of(12, proc=proc, root=tmp_path) is None
    assert group_of(13, proc=proc, root=tmp_path) is None
    assert group_of(os.getpid(), root=Path("/nowhere")) is None
