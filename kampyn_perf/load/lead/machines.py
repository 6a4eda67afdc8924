"""Generators on other machines, as the supervisor speaks with them: through the master's relay."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from kampyn_perf.errors import KampynError
from kampyn_perf.load.clock import ClockReading
from kampyn_perf.load.lead.child import Child
from kampyn_perf.load.lead.crew import Heard
from kampyn_perf.load.messages import Order
from kampyn_perf.load.network.bundle import pack

RELAY = "kampyn_perf.load.network.master"
_TICK_SECONDS = 0.2
_JOIN_SECONDS = 600.0


class MachineCrew:
    """A `Crew` of workers that join over the network. Raises KampynError if they do not."""

    def __init__(
        self,
        count: int,
        *,
        host: str,
        port: int,
        log: IO[bytes],
        log_path: Path,
        on_news: Callable[[str], None],
    ) -> None:
        self.names = [f"worker {index + 1}" for index in range(count)]
        self.hosts: dict[int, str] = {}
        """Names of the machines that joined, by index."""
        self._clocks: dict[int, ClockReading] = {}
        self._lost: set[int] = set()
        self._relay = Child(RELAY, host, str(port), str(count), log=log, log_path=log_path)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._relay, selectors.EVENT_READ)
        try:
            self._gather(count, host, on_news)
        except BaseException:
            self.close()
            raise

    def hear(self) -> list[Heard]:
        """What came within the next fifth of a second."""
        heard: list[Heard] = []
        for message in self._messages():
            match message:
                case {"from": index, "message": dict() as inner}:
                    heard.append(Heard(int(index), inner))
                case {"type": "lost", "index": index, "how": how}:
                    heard.append(Heard(int(index), None, str(how)))
                case {"type": "clock"}:
                    self._note_clock(message)
                case {"type": "gone", "how": how}:
                    heard += [
                        Heard(index, None, f"was lost with the master's relay, which {how}")
                        for index in range(len(self.names))
                    ]
        return heard

    def say(self, index: int, message: dict[str, Any]) -> None:
        """Tell one."""
        if message["type"] == Order.RUN:
            message = pack(message)
        self._relay.say({"to": index, "message": message})

    def clock(self, index: int) -> ClockReading:
        """What is known of its clock by now."""
        return self._clocks.get(index, ClockReading())

    def give_up(self, index: int) -> None:
        """Tell it to stop, should it still hear."""
        self._relay.say({"to": index, "lost": True})

    def close(self) -> None:
        """Dismiss all of them."""
        self._selector.close()
        self._relay.say({"over": True})
        self._relay.close()

    def _gather(self, count: int, host: str, on_news: Callable[[str], None]) -> None:
        deadline = time.monotonic() + _JOIN_SECONDS
        while len(self.hosts) < count:
            if time.monotonic() > deadline:
                raise KampynError(
                    f"{len(self.hosts)} of {count} workers joined within {_JOIN_SECONDS:.0f} s",
                    hint="Start one with: kampyn-perf load --role worker --master-host ADDRESS",
                )
            for message in self._messages():
                match message:
                    case {"type": "listening", "port": port}:
                        on_news(f"Waiting for {count} workers on {host}:{port}")
                    case {"type": "joined", "index": index, "host": name}:
                        self.hosts[int(index)] = str(name)
                        self.names[int(index)] += f" ({name})"
                        on_news(f"{self.names[int(index)]} joined, {len(self.hosts)} of {count}")
                    case {"type": "clock"}:
                        self._note_clock(message)
                    case {"type": "lost", "index": index, "how": how}:
                        raise KampynError(f"{self.names[int(index)]} {how} before the run began")
                    case {"type": "failed", "why": why}:
                        raise KampynError(str(why), hint="Choose another with --master-port.")
                    case {"type": "gone", "how": how}:
                        raise KampynError(f"the master's relay {how}")

    def _messages(self) -> list[dict[str, Any]]:
        if not self._selector.select(_TICK_SECONDS):
            return []
        messages = self._relay.hear()
        if messages is None:
            if self._selector.get_map():
                self._selector.unregister(self._relay)
            return [{"type": "gone", "how": self._relay.how_it_ended()}]
        return messages

    def _note_clock(self, message: dict[str, Any]) -> None:
        self._clocks[int(message["index"])] = ClockReading(**message["reading"])


def own_host() -> str:
    """What this machine calls itself."""
    return socket.gethostname()
