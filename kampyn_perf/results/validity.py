"""Whether the numbers of a load mean anything: how healthy its generators were.

Durations are whole microseconds.
"""

from __future__ import annotations

from pydantic import Field

from kampyn_perf.results.io import Record
from kampyn_perf.results.latency import Latency, NonNegative


class Headroom(Record):
    """Something of which there is only so much."""

    used: NonNegative
    """At most, during the run."""
    limit: NonNegative


class GeneratorHealth(Record):
    """One process that generated load."""

    name: str
    """`generator 1`; on other machines with the host: `generator 2 (load-b)`."""
    planned: NonNegative
    """Arrivals of its share that came due."""
    started: NonNegative
    joined_us: NonNegative = 0
    """When it joined the run; 0 for one that was there from the start."""
    lost: str = ""
    """How it was lost during the run; empty for one that reached the end."""
    cpu_share: float | None
    """CPU time over wall time, 1 = one core."""
    cpu_share_max: float
    """In its busiest five seconds."""
    cpu_wait_share: float | None = None
    """The share of time for which it was ready to run, and others had the CPU; None where the
    system does not tell."""
    lateness_p99_us: NonNegative | None
    loop_lag_max_us: NonNegative
    clock_uncertainty_us: NonNegative = 0
    """Generators on other machines: how exactly their clock is known, and so when they began."""
    clock_drift_us: int = 0
    """By how much its clock left the master's between the start and the end of the run."""
    wall_clock_offset_us: int = 0
    """Its wall clock against the master's; for logs of both to be read side by side."""


class Disturbance(Record):
    """Something that makes a run not valid, and what it can have done to the numbers at most."""

    reason: str
    adds_us: NonNegative | None = 0
    """How much longer it can have made the time of a request; None where nobody knows."""
    hides: NonNegative | None = 0
    """How many requests it can have kept out of the numbers; None where nobody knows."""


class Validity(Record):
    """Whether the generator itself was healthy enough for the numbers to mean anything."""

    valid: bool
    reasons: list[str]
    """Why not; empty for a valid run."""
    disturbances: list[Disturbance] = Field(default_factory=list)
    """The same with their bounds; empty in a result of an earlier version."""
    warnings: list[str]
    lateness: Latency
    """Actual start minus due time, of every session that found a free virtual user."""
    waited: NonNegative = 0
    """Sessions that had to wait for a free virtual user (the target's slowness, not ours)."""
    recorder_faults: NonNegative = 0
    loop_lag: Latency | None = None
    """By how much the event loop was late for its own regular ticks, fifty a second."""
    loop_lag_max_us: NonNegative = 0
    """The longest that a generator's event loop did not turn."""
    cpu_share: float | None = None
    """CPU time of all generators over wall time, 1 = one core; None when it was not measured."""
    cpu_steal_share: float | None = None
    """The share of the machine's CPU time that its hypervisor gave to others, at the worst of the
    machines; None where the system does not tell."""
    gc_pauses: NonNegative = 0
    gc_pause_max_us: NonNegative = 0
    gc_total_us: NonNegative = 0
    file_descriptors: Headroom | None = None
    """Of the generator that came nearest to its limit."""
    ports: Headroom | None = None
    """Ephemeral ports of the machine that came nearest to its limit."""
    clock_step_max_us: NonNegative = 0
    """The greatest step of the wall clock; durations do not depend on it."""
    suspended_us: NonNegative = 0
    """For how long the machine slept during the run."""
    vusers_max: NonNegative = 0
    """Virtual users in the pools at their largest."""
    generators: list[GeneratorHealth] = Field(default_factory=list)
