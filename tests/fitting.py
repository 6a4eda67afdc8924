"""Stand-ins for what is compiled: libraries that can be loaded, and are somebody else's."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import greenlet

from kampyn_perf import compiled


@cache
def loadable() -> bytes:
    """A library; what follows it in a file is not read."""
    return Path(greenlet._greenlet.__file__).read_bytes()


def fill(folder: Path, others: Iterable[str] = ()) -> None:
    """Make `folder`, which `compiled.FOLDER` is, one that fits the sources that are there."""
    (folder / compiled.MADE_OF).write_text(compiled.fingerprint(others), encoding="utf-8")
    for path in compiled.libraries().values():
        path.write_bytes(loadable())
