"""Tests marked `alone` have the machine for themselves, whatever other workers run.

A lock on files, shared by all workers of a run: every test holds `room` shared, one that is
marked holds it exclusively. Who waits for it holds `door` meanwhile, so that nobody new enters and
the wait ends. Consecutive marked tests keep it between them.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from pathlib import Path

import pytest

MARKER = "alone"


class Turns:
    """The plugin of one worker."""

    def __init__(self, folder: Path) -> None:
        self._door = os.open(folder / "door", os.O_CREAT | os.O_RDWR)
        self._room = os.open(folder / "room", os.O_CREAT | os.O_RDWR)
        self._alone = False

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> Generator[None, object, object]:
        """Set-up and tear-down belong to the turn: they start and end what the test runs."""
        alone = wants_the_machine(item)
        if not (alone and self._alone):
            self._enter(fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        self._alone = alone
        try:
            return (yield)
        finally:
            if not (alone and nextitem is not None and wants_the_machine(nextitem)):
                fcntl.flock(self._room, fcntl.LOCK_UN)
                self._alone = False

    def _enter(self, mode: int) -> None:
        fcntl.flock(self._door, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._room, mode)
        finally:
            fcntl.flock(self._door, fcntl.LOCK_UN)

    def pytest_unconfigure(self) -> None:
        os.close(self._door)
        os.close(self._room)


def wants_the_machine(item: pytest.Item) -> bool:
    return item.get_closest_marker(MARKER) is not None
