"""CPUs and descriptors that a process may use; control groups as files of a folder."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kampyn_perf.process_limits import cpu_quota, usable_cpus


def _tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


V2 = "0::/user.slice/job\n"
V1 = "4:memory:/docker/ab\n3:cpu,cpuacct:/docker/ab\n1:name=systemd:/docker/ab\n"


@pytest.mark.parametrize(
    ("files", "cpus"),
    [
        ({"proc/self/cgroup": V2, "sys/fs/cgroup/user.slice/job/cpu.max": "150000 100000\n"}, 1.5),
        ({"proc/self/cgroup": V2, "sys/fs/cgroup/user.slice/job/cpu.max": "max 100000\n"}, None),
        # A group above it is tighter.
        (
            {
                "proc/self/cgroup": V2,
                "sys/fs/cgroup/user.slice/job/cpu.max": "400000 100000\n",
                "sys/fs/cgroup/user.slice/cpu.max": "200000 100000\n",
            },
            2.0,
        ),
        # A container with the host's path in its own tree: the top is what it can see.
        ({"proc/self/cgroup": V2, "sys/fs/cgroup/cpu.max": "50000 100000\n"}, 0.5),
        (
            {
                "proc/self/cgroup": V1,
                "sys/fs/cgroup/cpu,cpuacct/docker/ab/cpu.cfs_quota_us": "300000\n",
                "sys/fs/cgroup/cpu,cpuacct/docker/ab/cpu.cfs_period_us": "100000\n",
            },
            3.0,
        ),
        (
            {
                "proc/self/cgroup": V1,
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
            },
            None,
        ),
        ({"proc/self/cgroup": V2, "sys/fs/cgroup/cpu.max": "nonsense\n"}, None),
        ({}, None),
    ],
)
def test_the_quota_of_control_groups(
    tmp_path: Path, files: dict[str, str], cpus: float | None
) -> None:
    assert cpu_quota(_tree(tmp_path, files)) == cpus


def test_a_quota_cuts_the_cpus_and_part_of_one_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    for quota, cpus in ((None, 4), (1.5, 2), (0.2, 1), (16.0, 4)):
        monkeypatch.setattr("kampyn_perf.process_limits.cpu_quota", lambda quota=quota: quota)
        assert usable_cpus() == cpus


def test_affinity_counts() -> None:
    """In a process of its own, tied to one CPU."""
    cpu = min(os.sched_getaffinity(0))
    program = (
        f"import os; os.sched_setaffinity(0, {{{cpu}}});"
        "from kampyn_perf.process_limits import usable_cpus; print(usable_cpus())"
    )
    answer = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert answer == "1\n"


def test_descriptors_go_up_to_the_hard_limit() -> None:
    program = (
        "import resource as r; r.setrlimit(r.RLIMIT_NOFILE, (100, 200));"
        "from kampyn_perf.process_limits import open_files_limit, raise_open_files_limit;"
        "before = open_files_limit(); raise_open_files_limit(); print(before, open_files_limit())"
    )
    answer = subprocess.check_output([sys.executable, "-c", program], text=True)
    assert answer == "100 200\n"


MMAPPED = """
import ctypes, sys
from kampyn_perf.process_limits import give_memory_back

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks",
        "fordblks", "keepcost",
    )]

libc.mallinfo2.restype = Info
if sys.argv[1] == "give":
    give_memory_back()
libc.free(libc.malloc(8 << 20))
before = libc.mallinfo2().hblks
piece = libc.malloc(4 << 20)
print(libc.mallinfo2().hblks - before)
"""


@pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="tells of glibc 2.33 and newer"
)
@pytest.mark.parametrize(("which", "mapped"), [("give", "1"), ("keep", "0")])
def test_what_is_freed_goes_back_to_the_system(which: str, mapped: str) -> None:
    """A piece that is mapped by itself is given back when it is freed; without, it lies in a heap
    that others keep from shrinking."""
    done = subprocess.run(
        [sys.executable, "-c", MMAPPED, which], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == mapped
