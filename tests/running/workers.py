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
from tests.running.collector import FOLDER
from tests.running.scheduler import GroupScheduling, tell

PER_CPU = 3
"""Tests of programs wait more than they compute."""
AT_LEAST, AT_MOST = 4, 12
STAND_IN = Path(__file__).with_name("stand_in.py")
HANDOVER = "from tests.running import collector; collector.serve(channel)"
"""What a worker runs instead of pytest-xdist's own module."""


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Of `-n auto`; None leaves it to pytest-xdist, which looks at its own variable."""
    if os.environ.get("PYTEST_XDIST_AUTO_NUM_WORKERS"):
        return None
    cpus = len(os.sched_getaffinity(0))
    if fast.FAST_ONLY in config.option.markexpr:
        return cpus
    return max(AT_LEAST, min(AT_MOST, PER_CPU * cpus))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("dist", "no") == "load":  # what -n without --dist means
        config.pluginmanager.register(Coordinator())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """In the process that collects for all."""
    if collects_for_workers(session.config):
        given = session.config.workerinput
        marks = ((item.nodeid, item.get_closest_marker(order.GROUP)) for item in session.items)
        tell(Path(given[FOLDER]), {nodeid: mark.args[0] for nodeid, mark in marks if mark})


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

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> GroupScheduling:
        return GroupScheduling(config, log, self._folder)

    def pytest_unconfigure(self) -> None:
        if self._collector:
            self._collector.close()
        shutil.rmtree(self._folder, ignore_errors=True)
