"""What every test may use, and the words about those that could not run."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from hypothesis import settings

from tests import mongo_server
from tests.mongo_server import (
    mongo_database,
    mongo_text_database,
    mongo_text_uri,
    mongo_uri,
)
from tests.running import bytecode

__all__ = ["mongo_database", "mongo_text_database", "mongo_text_uri", "mongo_uri"]

pytest_plugins = ["tests.running.fast", "tests.running.order", "tests.running.workers"]
bytecode.keep()

# A shell's background jobs ignore Ctrl-C, and so would every program that they start: what tests
# say of interruptions would not hold.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test judges how long it takes: the machine may be busy, and a first call may import much.
settings.register_profile("kampyn", deadline=None)
settings.load_profile("kampyn")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests marked `mongo` skip where no server can be had."""
    if mongo_server.available():
        return
    skip = pytest.mark.skip(reason=f"no MongoDB server: {mongo_server.HINT}")
    for item in items:
        if item.get_closest_marker("mongo"):
            item.add_marker(skip)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One visible line when tests had no MongoDB: a skip must not look like a pass."""
    if mongo_server.has_text():
        return
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "mongo" in getattr(report, "keywords", {})
    ]
    if skipped:
        hint = mongo_server.TEXT_HINT if mongo_server.available() else mongo_server.HINT
        terminalreporter.write_line(
            f"{len(skipped)} tests on MongoDB's wire were SKIPPED: {hint}.", yellow=True
        )
