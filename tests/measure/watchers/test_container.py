"""A control group's files, as the kernel writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf import names
from kampyn_perf.measure.readings import NotSeen, Reading, Remark, Sample
from kampyn_perf.measure.watchers.container import ContainerWatcher

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


def watcher_of(group: Path) -> ContainerWatcher:
    return ContainerWatcher(f"/{group.name}", root=group.parent)


def values(readings: list[Reading]) -> dict[str, float]:
    return {one.quantity.metric: one.value for one in readings if isinstance(one, Sample)}


def remarks(readings: list[Reading]) -> list[str]:
    return [one.text for one in readings if isinstance(one, Remark)]


def test_memory_leaves_out_what_would_be_given_back(group: Path) -> None:
    readings = list(watcher_of(group).sample(0))
    assert values(readings) == {names.MEMORY_PER_INSTANCE: 200_000_000}
    assert remarks(readings) == [
        "its memory is limited to 512 MB",
        "its CPU is limited to 1.5 cores",
    ]


def test_cpu_is_a_share_of_one_core(group: Path) -> None:
    watcher = watcher_of(group)
    list(watcher.sample(0))
    (group / "cpu.stat").write_text("usage_usec 1500000\nnr_throttled 4\n")
    readings = list(watcher.sample(SECOND))
    assert values(readings) == {names.MEMORY_PER_INSTANCE: 200_000_000, names.CONTAINER_CPU: 0.5}
    assert remarks(readings) == []


def test_a_container_held_back_by_its_limit_is_remarked(group: Path) -> None:
    watcher = watcher_of(group)
    list(watcher.sample(0))
    (group / "cpu.stat").write_text("usage_usec 1500000\nnr_throttled 9\n")
    assert remarks(list(watcher.sample(SECOND))) == ["its CPU limit held it back during the run"]


def test_without_limits_none_are_remarked(group: Path) -> None:
    (group / "memory.max").write_text("max\n")
    (group / "cpu.max").write_text("max 100000\n")
    assert remarks(list(watcher_of(group).sample(0))) == []


def test_a_group_that_is_gone_is_not_seen(group: Path) -> None:
    (group / "memory.current").unlink()
    with pytest.raises(NotSeen, match="No such file") as caught:
        list(watcher_of(group).sample(0))
    assert "--watch-cgroup" in caught.value.remedy


def test_a_pattern_names_the_one_that_it_fits(group: Path) -> None:
    watcher = ContainerWatcher("shop*", root=group.parent)
    assert values(list(watcher.sample(0))) == {names.MEMORY_PER_INSTANCE: 200_000_000}
    (group.parent / "shop.other").mkdir()
    with pytest.raises(NotSeen, match=r"2 control groups are called shop\*"):
        list(ContainerWatcher("shop*", root=group.parent).sample(0))
    with pytest.raises(NotSeen, match="no control groups are called x"):
        list(ContainerWatcher("x", root=group.parent).sample(0))
