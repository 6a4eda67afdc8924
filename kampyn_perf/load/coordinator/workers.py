"""The generators of a run, as the coordinator speaks with them: here or on other machines.

Local generators are children of the coordinator, one pipe each: their death is seen at once, and
they share the machine's clock, so that they begin in the same microsecond. Locust's own
master/worker messages carry the same lines between machines (`machines.py`).
"""

from __future__ import annotations

import selectors
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from kampyn_perf.load.clock import ClockReading
from kampyn_perf.load.coordinator.child import GENERATOR, Child
from kampyn_perf.load.coordinator.describe import flows_from
from kampyn_perf.load.coordinator.standby import Standby
from kampyn_perf.load.messages import Command, Describe, Report, from_wire, to_wire

_TICK_SECONDS = 0.2


@dataclass(frozen=True)
class Received:
    """Something from generator `index`."""

    index: int
    report: Report | None
    """None: it is lost."""
    how: str = ""
    """How it was lost."""


class Workers(Protocol):
    """What the coordinator needs of its generators."""

    names: list[str]
    """What people call each of them; longer when one has joined."""
    pids: list[int]
    """Those that are processes of this machine."""
    head_start_us: int
    """From the command to start to the start itself: all of them have read it by then."""

    def receive(self) -> list[Received]:
        """What came within the next fifth of a second."""

    def send(self, index: int, command: Command) -> None:
        """Tell one."""

    def clock(self, index: int) -> ClockReading:
        """What is known of its clock by now."""

    def give_up(self, index: int, why: str) -> None:
        """It is not wanted any more: make sure, as far as that can be done from here."""

    def close(self) -> None:
        """End all of them."""


class LocalWorkers:
    """Generators on this machine."""

    head_start_us = 200_000

    def __init__(
        self, count: int, *, log: IO[bytes], log_path: Path, standby: Standby | None = None
    ) -> None:
        """`standby` becomes the first of them."""
        numbered = [f"generator {index + 1}" for index in range(count)]
        self.names = numbered if count > 1 else ["the generator"]
        first = standby.take(log_path) if standby else None
        self._children = [first] if first else []
        while len(self._children) < count:
            self._children.append(Child(GENERATOR, log=log, log_path=log_path))
        self.pids = [child.pid for child in self._children]
        self._selector = selectors.DefaultSelector()
        for index, child in enumerate(self._children):
            self._selector.register(child, selectors.EVENT_READ, index)

    def describe(self, command: Describe) -> dict[str, int]:
        """Which flows would run, by the first generator. Raises KampynError."""
        self._children[0].send(to_wire(command))
        return dict(flows_from(self._children[0], command).weights)

    def receive(self) -> list[Received]:
        """What came within the next fifth of a second."""
        received: list[Received] = []
        for key, _events in self._selector.select(_TICK_SECONDS):
            index: int = key.data
            child = self._children[index]
            messages = child.receive()
            if messages is None:
                self._selector.unregister(child)
                received.append(Received(index, None, child.how_it_ended()))
            else:
                received += [Received(index, from_wire(message)) for message in messages]
        return received

    def send(self, index: int, command: Command) -> None:
        """Tell one."""
        self._children[index].send(to_wire(command))

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
