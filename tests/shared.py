"""What the tests of all workers share: the processes from which programs and generators are forked.

A pytest plugin. They are started by the process from which the workers are forked, once in place of
once a worker.
"""

from __future__ import annotations

import pytest

from tests import forked, forked_generator
from tests.running import fast, workers


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Of all tests some start programs: it imports on one core what collecting does on another."""
    config = session.config
    some = config.option.markexpr or config.option.keyword
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not some
    if everything and _are_wanted(config):
        forked.share()


def pytest_collection_finish(session: pytest.Session) -> None:
    programs = any(item.get_closest_marker(fast.PROGRAM) for item in session.items)
    if programs and _are_wanted(session.config):
        forked.share()
        forked_generator.address()


def _are_wanted(config: pytest.Config) -> bool:
    """Where costs are measured each worker starts its own: a test's processes are below its own."""
    return workers.collects_for_workers(config) and not config.getoption("--costs", None)
