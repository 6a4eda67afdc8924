"""What the tests of pages share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.report.html import browser


@pytest.fixture(scope="session")
def driver() -> Iterator[Any]:
    """A browser; tests that want it are of the group `browser`, and share it."""
    with browser.started() as driver:
        yield driver
