"""How many pytest workers there are, and what the first process of a run gives them."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.running import collector, fast, order
from tests.running.collector import FILLER, FOLDER
from tests.running.scheduler import GroupScheduling, tell

PER_CPU = 3
"""Tests of programs wait more than they compute."""
FAST_PER_CPU = 2
"""Where there are only those that compute: one computes while another is told what comes next."""
FILLERS = 1
"""One more for those that compute, of lower priority: it takes what the others leave."""
AT_LEAST, AT_MOST = 4, 12
AUTO = pytest.StashKey[int]()
"""Of `-n auto`: workers that take whatever there is."""
STAND_IN = Path(__file__).with_name("stand_in.py")
HANDOVER = "from tests.running import collector; collector.serve(channel)"
"""What a worker runs instead of pytest-xdist's own module."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Of `-n auto`; None leaves it to pytest-xdist, which looks at its own variable."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    cpus = len(os.sched_getaffinity(0))
    if fast.FAST_ONLY in config.option.markexpr:
        return FAST_PER_CPU * cpus
    config.stash[AUTO] = max(AT_LEAST, min(AT_MOST, PER_CPU * cpus))
    return config.stash[AUTO] + FILLERS


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("dist", "no") == "load":  # what -n without --dist means
        config.pluginmanager.register(Coordinator())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """In the process that collects for all."""
    given = getattr(session.config, "workerinput", {})
    if FOLDER in given:
        marks = ((item.nodeid, item.get_closest_marker(order.GROUP)) for item in session.items)
        groups = {nodeid: mark.args[0] for nodeid, mark in marks if mark}
        tell(Path(given[FOLDER]), groups, _fillers(session.items, groups))


def _fillers(items: list[pytest.Item], groups: dict[str, str]) -> list[str]:
    """Node ids of those that fill gaps, and go nowhere with one that does not."""
    bound = {groups.get(item.nodeid) for item in items if not order.fills_gaps(item)} - {None}
    each = (item.nodeid for item in items if order.fills_gaps(item))
    return [nodeid for nodeid in each if groups.get(nodeid) not in bound]


def collects_for_workers(config: pytest.Config) -> bool:
    """Whether this is the process of which they will be forks."""
    return FOLDER in getattr(config, "workerinput", {})


class Coordinator:
    """The plugin of the process that starts the workers: a folder for what the run shares, and the
    process of which they are forks."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="kampyn-perf-tests-"))
        self._collector: collector.Started | None = None

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_setupnodes(self, config: pytest.Config, specs: list[Any]) -> None:
        self._collector = collector.Started(config, self._folder)
        command = [sys.executable, "-I", "-S", str(STAND_IN), str(self._folder / collector.SOCKET)]
        for spec in specs:
            spec.python = shlex.join(command)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_getremotemodule(self) -> str:
        return HANDOVER

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[FOLDER] = str(self._folder)
        ordinary = node.config.stash.get(AUTO, None)
        node.workerinput[FILLER] = ordinary is not None and _number(node) in range(
            ordinary, ordinary + FILLERS
        )

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> GroupScheduling:
        return GroupScheduling(config, log, self._folder)

    def pytest_unconfigure(self) -> None:
        if self._collector:
            self._collector.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _number(node: Any) -> int:
    """Of a worker; one that takes a dead one's place has a new one."""
    return int(node.gateway.id.removeprefix("gw"))
