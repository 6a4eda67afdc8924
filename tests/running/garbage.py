"""Garbage is looked for in what tests make, not in what was collected before them.

Thousands of tests and the modules of a whole program stay until the end; looking through them again
and again is a tenth of a worker's time.
"""

from __future__ import annotations

import gc

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection() -> None:
    """Whatever is imported and collected from here on stays."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Tests begin."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """For a collection that did not come to its end."""
    gc.enable()
