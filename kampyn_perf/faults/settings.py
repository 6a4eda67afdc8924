"""What `faults` in load.yaml may say, beside the phases. Durations are microseconds inside."""

from __future__ import annotations

import shlex
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from kampyn_perf import config
from kampyn_perf.config import Duration, PathKey, Section
from kampyn_perf.sources import Source

DEFAULT_BY_US = 100_000
_KINDS = ("redis", "worker", "database", "disk", "network")


class RedisFault(StrEnum):
    """Of the bundled backend's embedded Redis."""

    PAUSE = "pause"
    """It stands still, its connections stay open."""
    KILL = "kill"
    SLOW = "slow"
    """It stands still for `by`, again and again, with a tenth of that between."""


class WorkerFault(StrEnum):
    """Of one worker process of the bundled backend."""

    PAUSE = "pause"
    KILL = "kill"


class DatabaseFault(StrEnum):
    """Of the bundled backend's store: its SQLite file, or the connection to its MongoDB."""

    LOCK = "lock"
    """Somebody else holds the writer's lock of SQLite; reads go on."""
    SLOW = "slow"
    """SQLite: the same for `by`, again and again, with a tenth of that between. MongoDB: every byte
    arrives `by` later."""
    STALL = "stall"
    """Neither a read nor a write gets an answer until the end."""
    DISCONNECT = "disconnect"
    """SQLite: its file is moved away until the end. MongoDB: connections are closed, new ones at
    once."""


class DiskFault(StrEnum):
    """Of the bundled backend's processes."""

    FULL = "full"
    """No file takes another byte."""


class NetworkFault(StrEnum):
    """Of connections through a proxy of ours."""

    DELAY = "delay"
    """Every byte arrives `by` later, in both directions."""
    STALL = "stall"
    """Connections stay open, new ones are accepted, and not a byte arrives until the end."""
    LOSS = "loss"
    """Connections are closed in order, new ones at once."""
    RESET = "reset"
    """The same, with a reset."""


def _arguments(value: object) -> object:
    if isinstance(value, str):
        value = shlex.split(value)
    if not isinstance(value, list | tuple) or not value or not all(map(str, value)):
        raise ValueError("needs a program and its arguments, as in [docker, pause, redis]")
    return tuple(str(part) for part in value)


Arguments = Annotated[
    tuple[str, ...], BeforeValidator(_arguments, json_schema_input_type=str | tuple[str, ...])
]
"""A program and its arguments, as a list or as a shell would split them; there is no shell."""


class FaultSettings(Section):
    """One fault: one of redis, worker, database, disk, network, or commands of one's own."""

    at: Duration
    """From the beginning of the first phase."""
    length: Annotated[Duration, Field(gt=0)] | None = Field(default=None, alias="for")
    """How long it lasts; a `kill` takes no time."""
    name: str = ""
    """What reports call it."""
    redis: RedisFault | None = None
    """Of the embedded Redis: `pause`, `kill` or `slow`."""
    worker: WorkerFault | None = None
    """Of one worker of the bundled backend: `pause` or `kill`."""
    database: DatabaseFault | None = None
    """Of the bundled backend's SQLite: `lock` or `slow`."""
    disk: DiskFault | None = None
    """What the bundled backend writes to: `full`."""
    network: NetworkFault | None = None
    """Of the connections to the target: `delay`, `stall`, `loss` or `reset`."""
    start: Arguments | None = None
    """A program that begins a fault of your own."""
    stop: Arguments | None = None
    """The program that ends it; always run."""
    by: Annotated[Duration, Field(gt=0)] | None = None
    """With `slow` and `delay`: by how much."""
    settle: Duration = 2_000_000
    """How long after its end requests are still counted as being under it."""
    listen: Annotated[int, Field(ge=1, le=65535)] | None = None
    """Of network: a port on loopback where the proxy is, for a connection other than the load's."""
    to: str = ""
    """... and what it leads to, as `127.0.0.1:6379`."""

    @property
    def kind(self) -> tuple[str, str]:
        """What it is done to, and what: `("redis", "pause")`."""
        for subject in _KINDS:
            if action := getattr(self, subject):
                return subject, action.value
        return "command", ""

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        named = [subject for subject in _KINDS if getattr(self, subject)]
        named += ["start"] if self.start else []
        if len(named) != 1:
            problem = f"has {' and '.join(named)}" if named else "has none"
            raise ValueError(f"needs one of {', '.join(_KINDS)}, start; it {problem}")
        if bool(self.stop) != bool(self.start):
            raise ValueError("start and stop belong together: what is begun has to be undone")
        self._check_times()
        if (self.listen or self.to) and not self.network:
            raise ValueError("listen and to belong to network")
        if bool(self.listen) != bool(self.to):
            raise ValueError("listen and to belong together: a port here, and host:port behind it")
        return self

    def _check_times(self) -> None:
        _, action = self.kind
        if action == "kill" and self.length is not None:
            raise ValueError("a kill takes no time; take out for (settle says how long it counts)")
        if action != "kill" and self.length is None:
            raise ValueError("needs for: how long it lasts, as in for: 5s")
        if self.by is not None and action not in ("slow", "delay"):
            raise ValueError("by belongs to slow and delay")


class FaultsSection(Section):
    """The key, as it stands below `config` or a profile."""

    faults: tuple[FaultSettings, ...] = ()
    """One after the other, or at the same time."""


def load(source: Source, above: PathKey = ()) -> tuple[FaultSettings, ...]:
    """The faults of `source`, whose data are those of the keys `above`. Raises ConfigError with
    every problem."""
    data: Any = source.data
    if isinstance(data, dict) and data.get("faults") is None:
        return ()
    return config.parse(FaultsSection, source, prefix=above).faults
