"""Control groups, as the kernel writes their files."""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf.measure.cgroup import Group, Limits, own_limits


def group(folder: Path, *, cpu: str = "", memory: str = "") -> Group:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "cpu.stat").write_text("usage_usec 1\n")
    (folder / "memory.current").write_text("1\n")
    (folder / "memory.stat").write_text("inactive_file 0\n")
    if cpu:
        (folder / "cpu.max").write_text(f"{cpu}\n")
    if memory:
        (folder / "memory.max").write_text(f"{memory}\n")
    return Group(folder)


def process_in(root: Path, path: str) -> Path:
    """A system of which this process is in the group `path`; where its groups are mounted."""
    (root / "proc" / "self").mkdir(parents=True)
    (root / "proc" / "self" / "cgroup").write_text(f"5:devices:/elsewhere\n0::{path}\n")
    mount = root / "sys" / "fs" / "cgroup"
    mount.mkdir(parents=True)
    return mount


def test_the_tightest_limit_over_a_process_counts(tmp_path: Path) -> None:
    mount = process_in(tmp_path, "/pod/box")
    pod = group(mount / "pod", cpu="200000 100000", memory="1000")
    box = group(mount / "pod" / "box", cpu="max 100000", memory="4000")
    assert own_limits(tmp_path) == Limits(cpu=(pod, 2.0), memory=(pod, 1000))
    assert box.cpu_limit() is None


def test_within_a_container_its_own_group_is_the_root(tmp_path: Path) -> None:
    top = group(process_in(tmp_path, "/"), cpu="150000 100000", memory="max")
    assert own_limits(tmp_path) == Limits(cpu=(top, 1.5))


def test_a_limit_of_which_nobody_tells_how_much_is_used_is_none(tmp_path: Path) -> None:
    top = group(process_in(tmp_path, "/"), cpu="150000 100000", memory="4000")
    (top.folder / "cpu.stat").unlink()
    (top.folder / "memory.current").unlink()
    assert own_limits(tmp_path) == Limits()


def test_without_limits_or_groups_there_are_none(tmp_path: Path) -> None:
    assert own_limits(tmp_path) == Limits()


def test_the_working_set_leaves_out_what_would_be_given_back(tmp_path: Path) -> None:
    (tmp_path / "memory.current").write_text("300\n")
    (tmp_path / "memory.stat").write_text("anon 150\ninactive_file 100\n")
    assert Group(tmp_path).working_set() == 200
    (tmp_path / "memory.current").write_text("50\n")
    assert Group(tmp_path).working_set() == 0


def test_a_group_that_is_gone_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Group(tmp_path / "gone").cpu()
