"""What is looked at: plain values. None, or an empty text, is what could not be seen.

Whole microseconds, bytes, shares of one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kampyn_perf.rate_limits import RateLimit


@dataclass(frozen=True, kw_only=True)
class MachineFacts:
    """Where load is made."""

    cores: int | None = None
    """That this process may use."""
    cpu_quota: float | None = None
    """CPUs' worth of time that a container allows; None without a limit."""
    descriptors_soft: int | None = None
    descriptors_hard: int | None = None
    ports: int | None = None
    """Ephemeral ports: connections to one address and port at once."""
    governors: tuple[str, ...] = ()
    """How the CPU chooses its frequency: `performance`, `powersave`."""
    clock_source: str = ""
    load_average: float | None = None
    """Of the last minute: processes that ran or waited."""
    other_cpu: float | None = None
    """Share of all cores that others used while nothing was measured."""
    steal: float | None = None
    """Share of the time that the hypervisor gave to other machines."""
    noise: float | None = None
    """By how much longer than its best time the same short work takes in the worst tenth of its
    runs, as a share."""
    memory_available: int | None = None
    memory_total: int | None = None
    swap_used: int | None = None
    python: str = ""
    python_debug: bool | None = None
    """Whether Python runs in its development mode, or was built for debugging."""


@dataclass(frozen=True, kw_only=True)
class GeneratorFacts:
    """What one generator carries on this machine."""

    mix: float | None = None
    """Requests per second of the documented mix; None: it was never measured here."""
    when: str = ""
    """In words."""
    days: int | None = None
    """Since then."""
    pure: str = ""
    """Why it runs without its compiled part; empty where it has that."""
    switched_off: bool = False
    """Whether that is somebody's wish."""


@dataclass(frozen=True, kw_only=True)
class TargetFacts:
    """What answers there."""

    url: str
    here: bool = False
    """Whether it is on this machine."""
    unreachable: str = ""
    status: int | None = None
    server: str = ""
    debug_signs: tuple[str, ...] = ()
    """What in its answers is of a debug mode, in words."""
    rate_limit: RateLimit | None = None
    compresses: bool | None = None
    keeps_alive: bool | None = None
    answer_us: int | None = None
    """A request over a kept connection, in the middle of several."""


@dataclass(frozen=True, kw_only=True)
class RedisFacts:
    """A Redis server."""

    where: str
    unreachable: str = ""
    version: str = ""
    max_memory: int | None = None
    """0 is no limit."""
    policy: str = ""
    used: int | None = None
    evicted: int | None = None
    persists: bool | None = None


@dataclass(frozen=True, kw_only=True)
class MongoFacts:
    """A MongoDB, and the options of the URI that leads there."""

    where: str
    unreachable: str = ""
    version: str = ""
    replica_set: bool | None = None
    options: dict[str, str] = field(default_factory=dict)
    """Of the URI, in lower case."""
    connections: int | None = None
    connections_left: int | None = None
    profiling: int | None = None
    """The profiler's level: 0 is off."""


@dataclass(frozen=True, kw_only=True)
class IndexFacts:
    """The catalogue against what is there."""

    where: str
    unseen: str = ""
    """Why they could not be looked at."""
    missing: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything; a part that nobody asked for is None."""

    machine: MachineFacts | None = None
    generator: GeneratorFacts | None = None
    target: TargetFacts | None = None
    redis: RedisFacts | None = None
    mongo: MongoFacts | None = None
    indexes: IndexFacts | None = None
