"""Hands a group's tests to one worker. Groups come from the workers, in a file beside the locks.

pytest-xdist's own `--dist loadgroup` appends a group to a test's node id, which pytest 9.2 no
longer lets it change: it then distributes as if there were no groups.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

FILE = "groups.json"


def tell(folder: Path, groups: dict[str, str]) -> None:
    """Written by every worker, all the same, before it says that it has collected."""
    own = folder / f"{FILE}.{os.getpid()}"
    own.write_text(json.dumps(groups), encoding="utf-8")
    own.replace(folder / FILE)


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """A scope is a group, or a test that is in none, in the order of collection."""

    def __init__(self, config: pytest.Config, log: Any, folder: Path) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False
        self._file = folder / FILE
        self._groups: dict[str, str] | None = None

    def _split_scope(self, nodeid: str) -> str:
        if self._groups is None:
            self._groups = json.loads(self._file.read_text(encoding="utf-8"))
        return self._groups.get(nodeid, nodeid)
