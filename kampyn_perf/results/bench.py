"""The result of a benchmark. Durations are nanoseconds (fields end in `_ns`), rates per second.

Every sample is kept, in the order of measurement, so that later versions and `compare` can ask
what this one did not think of.
"""

from __future__ import annotations

import base64
import signal
import zlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from kampyn_perf import names
from kampyn_perf.errors import ExitCode
from kampyn_perf.machine import Machine
from kampyn_perf.results.io import Record
from kampyn_perf.results.load import RunStatus

NonNegative = Annotated[int, Field(ge=0)]


class Samples(Record):
    """Durations without loss: int64, little-endian, nanoseconds, zlib, base64."""

    count: NonNegative
    encoding: Literal["int64le+zlib+base64"] = "int64le+zlib+base64"
    data: str

    @classmethod
    def of(cls, times_ns: Sequence[int]) -> Samples:
        """`times_ns` packed."""
        raw = np.asarray(times_ns, dtype="<i8").tobytes()
        return cls(count=len(times_ns), data=base64.b64encode(zlib.compress(raw, 9)).decode())

    def decode(self) -> npt.NDArray[np.int64]:
        """The durations, in nanoseconds. Raises ValueError where `data` is damaged."""
        try:
            raw = zlib.decompress(base64.b64decode(self.data, validate=True))
        except zlib.error as error:
            raise ValueError(f"damaged samples: {error}") from error
        values = np.frombuffer(raw, dtype="<i8").astype(np.int64)
        if len(values) != self.count:
            raise ValueError(f"damaged samples: {len(values)} where {self.count} were written")
        return values


class Estimate(Record):
    """A figure and the interval around it; an end that the sample cannot bound is None."""

    value_ns: float
    low_ns: float | None
    high_ns: float | None
    effective: float
    """How many independent samples the interval was taken from; below n where they depended."""
    needs: NonNegative = 0
    """Where an end is None: the samples with which it would be there."""


class Summary(Record):
    """The figures of one case. Percentiles are the document's: `sorted[floor(n * p)]`."""

    n: NonNegative
    confidence: float
    mean: Estimate
    p50: Estimate
    p95: Estimate
    p99: Estimate
    min_ns: NonNegative
    max_ns: NonNegative
    stddev_ns: float
    """Of the sample (n - 1); 0 for a single one."""
    per_second: float
    """Throughput: calls that succeeded over `elapsed_ns`. With several clients the set-up of an
    iteration is part of that time."""
    per_second_low: float | None
    per_second_high: float | None


class CaseStatus(StrEnum):
    """What became of a case. Only `ok` has figures that mean something."""

    OK = "ok"
    FAILED = "failed"
    """At least one call, or its set-up or tear-down, failed or never ended."""
    INTERRUPTED = "interrupted"
    """The run ended while it was measured; its figures are of what was done until then."""
    UNAVAILABLE = "unavailable"
    """What it measures is not there (a server, a database)."""


class FailureCount(Record):
    """One kind of failure and how often it was met."""

    stage: str
    """setup, warmup, measure or teardown."""
    kind: str
    message: str
    where: str
    count: NonNegative


class WarningKind(StrEnum):
    """What can make figures mean less than they seem to."""

    SLOW_START = "slow_start"
    OUTLIERS = "outliers"
    DRIFT = "drift"
    DEPENDENT = "dependent"
    TOO_SHORT = "too_short"
    LAZY = "lazy"
    TIME_LIMIT = "time_limit"
    SMALL_SAMPLE = "small_sample"


class CaseWarning(Record):
    """Why a case's figures may mean less than they seem to: what was seen, and what to do."""

    kind: WarningKind
    message: str
    advice: str


class CaseResult(Record):
    """One case with one set of parameters."""

    name: str
    """Stable: `sort[size=10]`."""
    case: str
    """The name without its parameters."""
    suite: str
    params: dict[str, bool | int | float | str]
    clients: Annotated[int, Field(ge=1)] = 1
    status: CaseStatus
    stopped_by: str = ""
    """iterations, time_limit, failures, hung or interrupted."""
    planned: NonNegative
    completed: NonNegative = 0
    failed: NonNegative = 0
    failures: list[FailureCount] = Field(default_factory=list)
    warmup: NonNegative = 0
    """Calls made before the measurement."""
    overhead_ns: NonNegative = 0
    """The empty loop's cost, already taken off every sample (which never fell below 0); of several
    rounds the largest."""
    elapsed_ns: NonNegative = 0
    """The time in which the calls were made; without set-ups where there is one client."""
    rounds: list[NonNegative] = Field(default_factory=list)
    """How many samples each round gave; other cases were measured between the rounds."""
    summary: Summary | None = None
    warnings: list[CaseWarning] = Field(default_factory=list)
    samples: Samples | None = None
    preempted: NonNegative = 0
    """How often the system took the processor away while the case was measured."""
    collections: NonNegative = 0
    """Garbage collections while the case was measured."""

    def decode(self) -> npt.NDArray[np.int64]:
        """Every sample in nanoseconds, in order; empty where none was taken."""
        return self.samples.decode() if self.samples else np.empty(0, dtype=np.int64)


class BenchOptions(Record):
    """What the run was asked for."""

    iterations: NonNegative
    rounds: Annotated[int, Field(ge=1)] = 1
    """The cases take turns, so many times; fewer where there are too few iterations."""
    warmup: NonNegative | None
    """Before each round. None: a tenth of its iterations, a hundred at most, for a tenth of the
    time at most."""
    max_time_ns: NonNegative
    timeout_ns: NonNegative
    max_failures: NonNegative
    collect_garbage: bool
    """Whether the collector ran during the measurement."""


class BenchResult(Record):
    """One run of `kampyn-perf bench`."""

    schema_: Literal["kampyn-perf/bench"] = Field(default=names.BENCH_SCHEMA, alias="schema")
    version: int = names.BENCH_VERSION
    status: RunStatus
    reason: str = ""
    """Why a partial run ended."""
    interrupted: str = ""
    """The signal that ended it, as `SIGINT`; empty where none did."""
    running: str = ""
    """The case that was being measured when this was written; empty at the end."""
    started_at: str
    """ISO 8601, UTC."""
    elapsed_us: NonNegative
    machine: Machine
    options: BenchOptions
    context: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """What else decides the numbers, by suite: the store, the password cost, the target."""
    planned_cases: NonNegative
    cases: list[CaseResult]

    def find(self, name: str) -> CaseResult | None:
        """The case called `name`, if it was run."""
        return next((case for case in self.cases if case.name == name), None)

    @property
    def exit_code(self) -> ExitCode:
        """What a command that made it ends with."""
        if self.interrupted:
            terminated = self.interrupted == signal.SIGTERM.name
            return ExitCode.TERMINATED if terminated else ExitCode.INTERRUPTED
        statuses = {case.status for case in self.cases}
        if CaseStatus.UNAVAILABLE in statuses:
            return ExitCode.UNREACHABLE
        return ExitCode.FAILED if CaseStatus.FAILED in statuses else ExitCode.OK
