"""The generators of a run, as the coordinator speaks with them: here or on other machines.

Local generators are children of the coordinator, one pipe each: their death is seen at once, and
they share the machine's clock, so that they begin in the same microsecond. Locust's own
master/worker messages carry the same lines between machines (`machines.py`).
"""

from __future__ import annotations

import selectors
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from kampyn_perf.load.clock import ClockReading
from kampyn_perf.load.coordinator.child import Child

GENERATOR = "kampyn_perf.load.generator"
_TICK_SECONDS = 0.2


@dataclass(frozen=True)
class Received:
    """Something from generator `index`."""

    index: int
    message: dict[str, Any] | None
    """None: it is lost."""
    how: str = ""
    """How it was lost."""


class Workers(Protocol):
    """What the coordinator needs of its generators."""

    names: list[str]
    """What people call each of them; longer when one has joined."""
    pids: list[int]
    """Those that are processes of this machine."""

    def hear(self) -> list[Received]:
        """What came within the next fifth of a second."""

    def say(self, index: int, message: dict[str, Any]) -> None:
        """Tell one."""

    def clock(self, index: int) -> ClockReading:
        """What is known of its clock by now."""

    def give_up(self, index: int, why: str) -> None:
        """It is not wanted any more: make sure, as far as that can be done from here."""

    def close(self) -> None:
        """End all of them."""


class LocalWorkers:
    """Generators on this machine."""

    def __init__(self, count: int, *, log: IO[bytes], log_path: Path) -> None:
        numbered = [f"generator {index + 1}" for index in range(count)]
        self.names = numbered if count > 1 else ["the generator"]
        self._children = [Child(GENERATOR, log=log, log_path=log_path) for _index in range(count)]
        self.pids = [child.pid for child in self._children]
        self._selector = selectors.DefaultSelector()
        for index, child in enumerate(self._children):
            self._selector.register(child, selectors.EVENT_READ, index)

    def hear(self) -> list[Received]:
        """What came within the next fifth of a second."""
        heard: list[Received] = []
        for key, _events in self._selector.select(_TICK_SECONDS):
            index: int = key.data
            child = self._children[index]
            messages = child.hear()
            if messages is None:
                self._selector.unregister(child)
                heard.append(Received(index, None, child.how_it_ended()))
            else:
                heard += [Received(index, message) for message in messages]
        return heard

    def say(self, index: int, message: dict[str, Any]) -> None:
        """Tell one."""
        self._children[index].say(message)

    def clock(self, index: int) -> ClockReading:  # noqa: ARG002 (one machine, one clock)
        """The same clock."""
        return ClockReading()

    def give_up(self, index: int, why: str) -> None:  # noqa: ARG002 (nobody reads it there)
        """Kill it."""
        self._children[index].kill()

    def close(self) -> None:
        """End all of them."""
        self._selector.close()
        for child in self._children:
            child.close()
