"""Files that are mapped into memory, with all their room reserved first.

A write to a mapped page for which the disk has no room ends the process with SIGBUS.
"""

from __future__ import annotations

import os
from pathlib import Path


def reserve_file(path: Path, size: int) -> None:
    """`path` with at least `size` bytes that are really there. Raises OSError without room."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(descriptor, 0, size)
        else:
            there = os.fstat(descriptor).st_size
            os.pwrite(descriptor, bytes(max(0, size - there)), there)
    finally:
        os.close(descriptor)
