"""Control groups, as the kernel writes their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf.measure.cgroup import Group, Limits, limits_of


def group(folder: Path, *, cpu: str = "", memory: str = "") -> Group:
    folder.mkdir(parents=True, exist_ok=True)
    if cpu:
        (folder / "cpu.max").write_text(f"{cpu}\n")
    if memory:
        (folder / "memory.max").write_text(f"{memory}\n")
    return Group(folder)


def process_in(root: Path, path: str) -> Path:
    (root / "proc" / "7").mkdir(parents=True)
    (root / "proc" / "7" / "cgroup").write_text(f"5:devices:/elsewhere\n0::{path}\n")
    return root / "proc"


def test_the_tightest_limit_over_a_process_counts(tmp_path: Path) -> None:
    pod = group(tmp_path / "pod", cpu="200000 100000", memory="1000")
    box = group(tmp_path / "pod" / "box", cpu="max 100000", memory="4000")
    limits = limits_of(7, proc=process_in(tmp_path, "/pod/box"), root=tmp_path)
    assert limits == Limits(cpu=(pod, 2.0), memory=(pod, 1000))
    assert box.cpu_limit() is None


def test_within_a_container_its_own_group_is_the_root(tmp_path: Path) -> None:
    root = group(tmp_path, cpu="150000 100000", memory="max")
    limits = limits_of(7, proc=process_in(tmp_path, "/"), root=tmp_path)
    assert limits == Limits(cpu=(root, 1.5))


def test_a_path_outside_of_what_can_be_seen_leads_to_the_root(tmp_path: Path) -> None:
    root = group(tmp_path, memory="5000")
    limits = limits_of(7, proc=process_in(tmp_path, "/../other/box"), root=tmp_path)
    assert limits == Limits(memory=(root, 5000))


def test_without_limits_or_groups_there_are_none(tmp_path: Path) -> None:
    assert limits_of(7, proc=tmp_path, root=tmp_path) == Limits()
    proc = process_in(tmp_path, "/box")
    (proc / "7" / "cgroup").write_text("5:devices:/box\n")
    group(tmp_path, memory="5000")
    assert limits_of(7, proc=proc, root=tmp_path) == Limits()


def test_the_working_set_leaves_out_what_would_be_given_back(tmp_path: Path) -> None:
    (tmp_path / "memory.current").write_text("300\n")
    (tmp_path / "memory.stat").write_text("anon 150\ninactive_file 100\n")
    assert Group(tmp_path).working_set() == 200
    (tmp_path / "memory.current").write_text("50\n")
    assert Group(tmp_path).working_set() == 0


def test_a_group_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Group(tmp_path / "gone").cpu()
