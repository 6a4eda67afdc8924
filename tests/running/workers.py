"""How many pytest workers there are, and what the first process of a run gives them."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.running import fast, turns

PER_CPU = 3
"""Tests of programs wait more than they compute."""
AT_LEAST, AT_MOST = 4, 12
FOLDER = "turns"


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
    given = getattr(config, "workerinput", None)
    if given is not None:
        if FOLDER in given:  # not with another --dist
            config.option.loadgroup = True  # a worker is told the command's arguments alone
            config.pluginmanager.register(turns.Turns(Path(given[FOLDER])))
    elif config.getoption("dist", "no") == "load":  # what -n without --dist means
        config.option.dist = "loadgroup"
        config.option.loadscopereorder = False  # the order is that of `order`
        config.pluginmanager.register(Coordinator())


class Coordinator:
    """The plugin of the process that starts the workers: a folder for the run's locks."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="kampyn-perf-turns-")

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput[FOLDER] = self._folder

    def pytest_unconfigure(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
