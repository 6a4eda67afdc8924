"""Hands a group's tests to one worker, and what fills the gaps to one that has nothing else to do.
Both come from the collector, in a file beside the locks.

pytest-xdist's own `--dist loadgroup` appends a group to a test's node id, which pytest 9.2 no
longer lets it change: it then distributes as if there were no groups.
"""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

from tests.running.collector import FILLER

FILE = "groups.json"


def tell(folder: Path, groups: dict[str, str], fillers: list[str]) -> None:
    """By the process that has collected, before there is a worker."""
    (folder / FILE).write_text(json.dumps([groups, fillers]), encoding="utf-8")


class GroupScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist is not typed
    """A scope is a group, or a test that is in none, in the order of collection."""

    def __init__(self, config: pytest.Config, log: Any, folder: Path) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False
        self._file = folder / FILE
        self._told: tuple[dict[str, str], deque[str]] | None = None

    def schedule(self) -> None:
        """At least two tests for a worker that takes a dead one's place, as for those at the start:
        a worker begins one when it knows the next."""
        super().schedule()
        for node in self.nodes:
            while self.workqueue and not node.shutting_down and self._has_too_few(node):
                self._assign_work_unit(node)

    def _assign_work_unit(self, node: Any) -> None:
        """Of the fast tests where the worker is there for them, and as long as there are some."""
        _groups, fillers = self._read()
        while fillers and node.workerinput.get(FILLER):
            scope = self._split_scope(fillers.popleft())
            if scope in self.workqueue:
                self.workqueue.move_to_end(scope, last=False)
                break
        super()._assign_work_unit(node)

    def mark_test_complete(self, node: Any, item_index: int, duration: float = 0) -> None:
        """What is done is forgotten: pytest-xdist would count through all of it after each test,
        and another worker would take it for something to do when this one dies."""
        nodeid = self.registered_collections[node][item_index]
        scope = self._split_scope(nodeid)
        tests = self.assigned_work[node][scope]
        tests[nodeid] = True
        if all(tests.values()):
            del self.assigned_work[node][scope]
        self._reschedule(node)

    def _has_too_few(self, node: Any) -> bool:
        return bool(self._pending_of(self.assigned_work[node]) < 2)

    def _split_scope(self, nodeid: str) -> str:
        return self._read()[0].get(nodeid, nodeid)

    def _read(self) -> tuple[dict[str, str], deque[str]]:
        """Groups by test, and the fast tests."""
        if self._told is None:
            groups, fillers = json.loads(self._file.read_text(encoding="utf-8"))
            self._told = groups, deque(fillers)
        return self._told
