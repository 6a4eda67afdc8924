"""What the tests of all workers share: the processes from which programs and generators are forked.

A pytest plugin. They are started by the process from which the workers are forked, once in place of
once a worker.
"""

from __future__ import annotations

import pytest

from tests import forked, forked_generator
from tests.running import fast, workers


def pytest_collection_finish(session: pytest.Session) -> None:
    """Where costs are measured each worker starts its own: a test's processes are below its own."""
    programs = any(item.get_closest_marker(fast.PROGRAM) for item in session.items)
    measured = session.config.getoption("--costs", None)
    if programs and workers.collects_for_workers(session.config) and not measured:
        forked.share()
        forked_generator.address()
