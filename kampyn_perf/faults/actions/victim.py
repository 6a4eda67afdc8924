"""A process that something is done to."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import psutil


@dataclass(frozen=True)
class Victim:
    """A process: `started` tells it from a later one with the same number."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> Victim:
        """The process that has this number now. Raises psutil.Error."""
        return cls(pid, psutil.Process(pid).create_time())

    def alive(self) -> bool:
        """Whether it is still there, and the same."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < 1
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def send(self, number: signal.Signals) -> None:
        """Does nothing to a process that is gone."""
        if self.alive():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def go_on(victims: Iterable[Victim]) -> None:
    """Let those that stand still go on."""
    for victim in victims:
        victim.send(signal.SIGCONT)
