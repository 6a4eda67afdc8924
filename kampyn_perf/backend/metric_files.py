"""The memory-mapped files in which workers count (prometheus-client's multi-process mode).

Each worker has an identifier of its own while it lives, and its successor goes on in the same
files: a worker that is killed takes no count with it, and restarts leave no files behind.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from kampyn_perf.backend.reserved_files import reserve_file

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
GAUGE_MODE: Literal["livesum"] = "livesum"
"""Gauges are added up over the workers that live."""
_GAUGES = f"gauge_{GAUGE_MODE}"
_SIZES = {"histogram": 2 * 1024**2, "counter": 256 * 1024, "summary": 256 * 1024, _GAUGES: 65_536}
"""Bytes of each file. A histogram takes 4 KB for each set of labels: 500 sets, of about 200."""


def reserve(folder: Path, identifier: int) -> bool:
    """Make the files of one worker, with all their room; False where the disk has none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for kind, size in _SIZES.items():
            reserve_file(_path(folder, kind, identifier), size)
    except OSError:
        return False
    return True


def clear(folder: Path) -> None:
    """Forget the counts of an earlier backend on the same folder."""
    if folder.is_dir():
        for file in folder.glob("*.db"):
            file.unlink(missing_ok=True)


def forget_gauges(folder: Path, identifier: int) -> None:
    """What a dead worker had in flight is no more. Its counts stay.

    An empty header says so; the room stays reserved. Raises nothing: at worst a gauge is too high
    until the successor sets it.
    """
    try:
        descriptor = os.open(_path(folder, _GAUGES, identifier), os.O_RDWR)
    except OSError:
        return
    try:
        os.pwrite(descriptor, bytes(8), 0)
    except OSError:
        return
    finally:
        os.close(descriptor)


def _path(folder: Path, kind: str, identifier: int) -> Path:
    """As prometheus-client names them."""
    return folder / f"{kind}_{identifier}.db"
