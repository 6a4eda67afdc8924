"""Everything that is known of a variant once it was measured. Unit: nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass, field

from kampyn_perf.bench.failures import Failure
from kampyn_perf.bench.gc_control import Disturbances
from kampyn_perf.bench.iterations import Stop


@dataclass(kw_only=True)
class Measured:
    """Everything that is known when a variant is done. `times` are free of the loop's overhead."""

    times: list[int] = field(default_factory=list)
    round_sizes: list[int] = field(default_factory=list)
    """How many of `times` each round gave."""
    planned: int = 0
    """Where it is not the run's number of iterations."""
    elapsed_ns: int = 0
    overhead_ns: int = 0
    warmup: int = 0
    failed: int = 0
    failures: list[Failure] = field(default_factory=list)
    stop: Stop = Stop.ITERATIONS
    disturbances: Disturbances = field(default_factory=Disturbances)
    lazy: str = ""
    unavailable: bool = False
    ending: BaseException | None = None
    """What ended the whole run: Ctrl-C, or a request to terminate."""
