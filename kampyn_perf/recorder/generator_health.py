"""How one generator fared within one interval: what the run's validity is judged by.

Pure data, added up by the collector. Durations are whole microseconds. None: this system does not
tell.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class HealthSample:
    """Of one process, within one interval."""

    cpu_us: int = 0
    """CPU time that the process used."""
    cpu_wait_us: int | None = None
    """Time for which it was ready to run, and others had the CPU."""
    steal_us: int | None = None
    """Time, over all CPUs, that the hypervisor gave to other machines."""
    machine_us: int = 0
    """Time of all CPUs together: what `steal_us` is a share of."""
    lags_us: list[int] = field(default_factory=list)
    """By how much the event loop was late for each of its own regular ticks."""
    gc_pauses: int = 0
    gc_us: int = 0
    """Time that garbage collection took, all pauses together."""
    gc_max_us: int = 0
    fds: int | None = None
    """File descriptors open at the end of the interval."""
    fd_limit: int | None = None
    ports: int | None = None
    """Ephemeral ports in use on the machine, counting connections that are still closing."""
    port_limit: int | None = None
    fds_exhausted: int = 0
    """Connections that failed because the process had no file descriptor left."""
    ports_exhausted: int = 0
    """Connections that failed because the machine had no port left."""
    clock_step_us: int = 0
    """By how much the wall clock left the monotonic one, at most, between two ticks. Harmless:
    durations are never taken from the wall clock."""
    suspended_us: int = 0
    """For how long the machine slept."""
