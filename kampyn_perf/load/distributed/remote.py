"""What the master and its workers on other machines say to each other, over Locust's own messages.

Each message is one JSON object inside a Locust message of type `kampyn`. The coordinator's commands
and the generator's reports (`messages.py`) travel unchanged; beside them there is what machines
need: a greeting, a refusal, and pings that keep both sides sure of each other and compare their
clocks.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from kampyn_perf.load.clock import ClockReading

MESSAGE = "kampyn"
"""The type of Locust's message."""
LINE = "line"
"""The key under which it holds the JSON."""
SECRET_VARIABLE = "KAMPYN_CLUSTER_SECRET"  # noqa: S105 (its name, not the secret)
"""In the environment, the same on all machines: flags can be read by everybody on a machine."""
DEFAULT_PORT = 5557
"""Locust's own."""

PING_SECONDS = 1.0
GREETING_PINGS = 10
"""Sent one after the other to a new worker, for a first comparison of clocks."""
WORKER_PATIENCE_SECONDS = 4.0
"""A worker that has not heard of its master for so long ends its load..."""
MASTER_PATIENCE_SECONDS = 6.0
"""... so that, when the master gives it up and others take over, nobody loads the target twice."""


@dataclass(frozen=True, kw_only=True)
class Master:
    """Generators on other machines, which join this process."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    expect_workers: int = 1
    """So many are waited for; more may join while the run goes on."""


class Word(StrEnum):
    """What only machines say."""

    HELLO = "hello"
    WELCOME = "welcome"
    REFUSE = "refuse"
    PING = "ping"
    PONG = "pong"
    BYE = "bye"
    LEAVE = "leave"


@dataclass
class ClockComparison:
    """A worker's clock against the master's, from pings. Microseconds.

    As NTP does: the worker's reading is taken to lie in the middle of the round trip, and of the
    last few pings the one with the shortest round trip is believed.
    """

    _readings: deque[tuple[int, ClockReading]] = field(default_factory=lambda: deque(maxlen=10))

    def add(self, *, sent_us: int, heard_us: int, clock_us: int, wall_ahead_us: int) -> None:
        """One ping. `wall_ahead_us`: the worker's wall clock minus the master's, as of `sent_us`'s
        own comparison of monotonic and wall clock."""
        middle_us = (sent_us + heard_us) // 2
        reading = ClockReading(
            offset_us=clock_us - middle_us,
            uncertainty_us=(heard_us - sent_us + 1) // 2,
            wall_offset_us=wall_ahead_us,
        )
        self._readings.append((heard_us - sent_us, reading))

    @property
    def count(self) -> int:
        """Pings answered, of the last ten."""
        return len(self._readings)

    @property
    def best(self) -> ClockReading:
        """What is known by now."""
        return min(self._readings, key=lambda reading: reading[0])[1]
