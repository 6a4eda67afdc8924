"""Generators on other machines, as the coordinator speaks with them: through the master's relay."""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from kampyn_perf.errors import KampynError
from kampyn_perf.load.clock import ClockReading
from kampyn_perf.load.coordinator.child import Child
from kampyn_perf.load.coordinator.ports import Severity
from kampyn_perf.load.coordinator.workers import Received
from kampyn_perf.load.distributed.bundle import pack
from kampyn_perf.load.distributed.remote import SECRET_VARIABLE, Master
from kampyn_perf.load.hosts import is_loopback
from kampyn_perf.load.messages import (
    Command,
    Dismiss,
    Forward,
    Forwarded,
    FromRelay,
    Joined,
    ListenFailed,
    Listening,
    Run,
    RunOver,
    WorkerClock,
    WorkerJoined,
    WorkerLost,
    from_wire,
    to_wire,
)
from kampyn_perf.units import counted

RELAY = "kampyn_perf.load.distributed.master"
_TICK_SECONDS = 0.2
_JOIN_SECONDS = 600.0


@dataclass(frozen=True)
class _RelayGone:
    """The relay itself has ended."""

    how: str


class RemoteWorkers:
    """`Workers` that join over the network. Raises KampynError if they do not.

    They are counted as they are ready, here and for the coordinator; the relay has numbers of its
    own, in the order in which they greeted it.
    """

    head_start_us = 500_000

    def __init__(
        self,
        master: Master,
        *,
        url: str,
        log: IO[bytes],
        log_path: Path,
        remark: Callable[[str, Severity], None],
    ) -> None:
        """Waits for as many as `master` expects, who can reach the target at `url`."""
        self.names: list[str] = []
        self.pids: list[int] = []
        self._url = url
        self._remark = remark
        self._relay_numbers: list[int] = []
        self._indices: dict[int, int] = {}
        """Of the relay's numbers."""
        self._clocks: dict[int, ClockReading] = {}
        """By the relay's numbers."""
        self._relay = Child(RELAY, master.host, str(master.port), log=log, log_path=log_path)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._relay, selectors.EVENT_READ)
        self._rest: list[FromRelay | _RelayGone] = []
        """Messages that came along with that of the last worker that was waited for."""
        _warn_of_open_port(master, remark)
        try:
            self._gather(master.expect_workers, master.host)
        except BaseException:
            self.close()
            raise

    def receive(self) -> list[Received]:
        """What came within the next fifth of a second."""
        received: list[Received] = []
        for message in self._messages():
            match message:
                case Forwarded() if message.index in self._indices:
                    report = from_wire(message.report)
                    received.append(Received(self._indices[message.index], report))
                case WorkerLost() if message.index in self._indices:
                    received.append(Received(self._indices[message.index], None, message.how))
                case WorkerClock():
                    self._clocks[message.index] = message.reading
                case WorkerJoined():
                    received.append(self._admit_late(message))
                case _RelayGone():
                    received += [
                        Received(
                            index, None, f"was lost with the master's relay, which {message.how}"
                        )
                        for index in range(len(self.names))
                    ]
        return received

    def send(self, index: int, command: Command) -> None:
        """Tell one."""
        if isinstance(command, Run):
            command = pack(command)
        to = self._relay_numbers[index]
        self._relay.send(to_wire(Forward(to=to, command=to_wire(command))))

    def clock(self, index: int) -> ClockReading:
        """What is known of its clock by now."""
        return self._clocks.get(self._relay_numbers[index], ClockReading())

    def give_up(self, index: int, why: str) -> None:
        """Tell it to stop, should it still hear."""
        self._relay.send(to_wire(Dismiss(to=self._relay_numbers[index], why=why)))

    def close(self) -> None:
        """Dismiss all of them."""
        self._selector.close()
        self._relay.send(to_wire(RunOver()))
        self._relay.close()

    def _gather(self, count: int, host: str) -> None:
        deadline = time.monotonic() + _JOIN_SECONDS
        while len(self.names) < count:
            if time.monotonic() > deadline:
                raise KampynError(
                    f"{len(self.names)} of {count} workers joined within {_JOIN_SECONDS:.0f} s",
                    hint="Start one with: kampyn-perf load --role worker --master-host ADDRESS",
                )
            messages = self._messages()
            while messages and len(self.names) < count:
                self._gather_one(messages.pop(0), count, host)
            self._rest = messages

    def _gather_one(self, message: FromRelay | _RelayGone, count: int, host: str) -> None:
        match message:
            case Listening():
                self._remark(
                    f"Waiting for {counted(count, 'worker')} on {host}:{message.port}",
                    Severity.INFO,
                )
            case WorkerJoined():
                if why := self._unfit(message.host):
                    raise KampynError(
                        why,
                        hint="Give the target by a name or address that all machines reach: "
                        "--url http://...",
                    )
                self._remark(
                    f"{self._admit(message)} joined, {len(self.names)} of {count}", Severity.INFO
                )
            case WorkerClock():
                self._clocks[message.index] = message.reading
            case WorkerLost() if message.index in self._indices:
                name = self.names[self._indices[message.index]]
                raise KampynError(f"{name} {message.how} before the run began")
            case ListenFailed():
                raise KampynError(message.why, hint="Choose another with --master-port.")
            case _RelayGone():
                raise KampynError(f"the master's relay {message.how}")

    def _admit(self, message: WorkerJoined) -> str:
        """Count a worker that is ready. Returns its name."""
        number = message.index
        self._indices[number] = len(self.names)
        self._relay_numbers.append(number)
        self.names.append(f"worker {len(self.names) + 1} ({message.host})")
        return self.names[-1]

    def _admit_late(self, message: WorkerJoined) -> Received:
        """One more, with the run under way."""
        self._admit(message)
        index = len(self.names) - 1
        if why := self._unfit(message.host):
            return Received(index, None, why)
        return Received(index, Joined())

    def _messages(self) -> list[FromRelay | _RelayGone]:
        if self._rest:
            rest, self._rest = self._rest, []
            return rest
        if not self._selector.select(_TICK_SECONDS):
            return []
        messages = self._relay.receive()
        if messages is None:
            if self._selector.get_map():
                self._selector.unregister(self._relay)
            return [_RelayGone(self._relay.how_it_ended())]
        return [from_wire(message) for message in messages]

    def _unfit(self, machine: str) -> str:
        """Why that machine cannot take part: loopback is another machine to each worker."""
        host = urlsplit(self._url).hostname or ""
        if is_loopback(host) and machine != socket.gethostname():
            return f"{host} is not the same machine for {machine}"
        return ""


def _warn_of_open_port(master: Master, remark: Callable[[str, Severity], None]) -> None:
    if not is_loopback(master.host) and not os.environ.get(SECRET_VARIABLE):
        remark(
            f"warning: whoever reaches {master.host}:{master.port} can join and read along; set "
            f"{SECRET_VARIABLE} to the same value on all machines",
            Severity.WARNING,
        )
