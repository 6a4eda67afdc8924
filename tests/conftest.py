"""What every test may use, and the words about those that could not run."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from hypothesis import settings

from kampyn_perf import compiled

if os.environ.get("KAMPYN_TESTS_COMPILED") == "1" and (_why := compiled.use()):
    raise RuntimeError(f"the compiled part is not used: {_why}")

from tests import mongo_server
from tests.alerts import promtool
from tests.mongo_server import (
    mongo_database,
    mongo_text_database,
    mongo_text_uri,
    mongo_uri,
)
from tests.report.html import browser
from tests.running import bytecode, cores

__all__ = ["mongo_database", "mongo_text_database", "mongo_text_uri", "mongo_uri"]

pytest_plugins = [
    "tests.running.fast",
    "tests.running.garbage",
    "tests.running.order",
    "tests.running.workers",
    "tests.shared",
]
bytecode.keep()
cores.one()

# Where CI is set, verdicts are strict without being asked; tests say themselves whether they are.
os.environ.pop("CI", None)

# A shell's background jobs ignore Ctrl-C, and so would every program that they start: what tests
# say of interruptions would not hold.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# No test judges how long it takes: the machine may be busy, and a first call may import much.
# "ci": the same bounded examples every time. By hand: HYPOTHESIS_PROFILE=thorough make test-fast.
settings.register_profile("ci", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("thorough", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def scipy_stats() -> Any:
    """scipy.stats, an oracle: a second of imports, which one worker alone spends."""
    from scipy import stats

    return stats


_NEEDED = {
    "mongo": ("no MongoDB server", "tests on MongoDB's wire", mongo_server.available),
    "browser": ("no browser", "tests of pages in a browser", browser.available),
    "promtool": ("no promtool", "tests of Prometheus's rules", promtool.available),
    "compiled": (
        "not compiled",
        "tests of the generator's loop as it is compiled",
        lambda: not compiled.why_not(),
    ),
}
"""What tests with such a mark need: words for when it is not there, for those tests, and whether it
is there."""


def _hint(mark: str) -> str:
    if mark == "promtool":
        return promtool.HINT
    if mark == "browser":
        return browser.HINT
    if mark == "compiled":
        why = compiled.why_not()
        return f"{why}; `make compiled` compiles it" if why else "this process has it itself"
    return mongo_server.TEXT_HINT if mongo_server.available() else mongo_server.HINT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marked tests skip where what they need cannot be had."""
    for mark, (missing, _tests, available) in _NEEDED.items():
        marked = [item for item in items if item.get_closest_marker(mark)]
        if marked and not available():
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=f"{missing}: {_hint(mark)}"))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """One visible line for each thing that was missing: a skip must not look like a pass."""
    for mark, (_missing, tests, _available) in _NEEDED.items():
        skipped = [
            report
            for report in terminalreporter.stats.get("skipped", [])
            if mark in getattr(report, "keywords", {})
        ]
        if skipped:
            terminalreporter.write_line(
                f"{len(skipped)} {tests} were SKIPPED: {_hint(mark)}.", yellow=True
            )
