"""Runs made of numbers: a load result from latencies per second, without any load.

A made-up run has one endpoint per request of a session, all in one flow, and its phases one after
the other. Latencies are microseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kampyn_perf.histogram import Histogram
from kampyn_perf.machine import Machine
from kampyn_perf.results.load import (
    EndpointResult,
    FlowResult,
    Latency,
    LoadResult,
    PhaseResult,
    Requests,
    RunStatus,
    Second,
    Sessions,
    Target,
    Validity,
)
from kampyn_perf.results.series import Series

SECOND_US = 1_000_000
ENDPOINTS = ("GET /api/item/retail/uni/{uniId}", "POST /order/{userId}")
FLOW = "Order placement flow"
MACHINE = Machine(
    hostname="test", os="Linux", cpu="none", cores=2, memory_bytes=1, python="3", versions={}
)
Latencies = Sequence[Sequence[int]]
"""Of each second, in the order in which requests ended."""


def latency(values: Any) -> Latency:
    """The distribution of `values`."""
    histogram = Histogram()
    histogram.record_all(np.asarray(values, dtype=np.int64))
    return Latency.of(histogram)


def requests(values: Any, errors: Mapping[str, int] | None = None) -> Requests:
    """Requests of these latencies; `errors` by status (`"503"`) or kind (`"timeout"`)."""
    flat = np.asarray(values, dtype=np.int64)
    errors = dict(errors or {})
    statuses = {key: count for key, count in errors.items() if key.isdigit()}
    silent = sum(errors.values()) - sum(statuses.values())
    statuses["200"] = int(flat.size) - sum(errors.values())
    kinds: dict[str, int] = {}
    for key, count in errors.items():
        kind = f"http_{key[0]}xx" if key.isdigit() else key
        kinds[kind] = kinds.get(kind, 0) + count
    assert silent >= 0
    return Requests(
        count=int(flat.size),
        failed=sum(errors.values()),
        statuses=statuses,
        errors=kinds,
        bytes_received=0,
        bytes_sent=0,
        response=latency(flat),
        service=latency(flat),
    )


def sessions(count: int) -> Sessions:
    """So many, all well."""
    return Sessions(planned=count, started=count, dropped=0, completed=count, failed=0, cut=0)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a made-up run is like."""

    phases: Sequence[tuple[str, Latencies]]
    """Name and latencies of each phase."""
    offered: Mapping[str, float] = field(default_factory=dict)
    """Sessions per second of a phase, where it is not what was answered."""
    errors: Mapping[str, int] = field(default_factory=dict)
    """Spread over the first requests of the run's seconds, one per second and round again."""
    measurements: Sequence[Series] = ()
    status: RunStatus = RunStatus.COMPLETE
    reason: str = ""
    invalid: Sequence[str] = ()

    def result(self) -> LoadResult:
        """The result that such a run leaves."""
        seconds = [values for _, part in self.phases for values in part]
        flat = np.array([value for values in seconds for value in values], dtype=np.int64)
        failed = np.zeros(max(len(seconds), 1), dtype=int)
        for number in range(sum(self.errors.values())):
            failed[number % len(failed)] += 1
        every = requests(flat, self.errors)
        half = len(ENDPOINTS)
        return LoadResult(
            status=self.status,
            reason=self.reason,
            started_at="2026-11-23T20:00:00Z",
            elapsed_us=len(seconds) * SECOND_US,
            planned_us=len(seconds) * SECOND_US,
            profile="test",
            seed=1,
            target=Target(name="reference", url="http://127.0.0.1:1"),
            machine=MACHINE,
            validity=Validity(
                valid=not self.invalid,
                reasons=list(self.invalid),
                warnings=[],
                lateness=latency([]),
            ),
            sessions=sessions(flat.size // half),
            requests=every,
            endpoints=[
                EndpointResult(name=name, requests=requests(flat[place::half]))
                for place, name in enumerate(ENDPOINTS)
            ],
            flows=[
                FlowResult(
                    name=FLOW,
                    weight=1,
                    sessions=sessions(flat.size // half),
                    requests=every,
                    session_time=latency(flat[::half] * half),
                )
            ],
            phases=self._phases(),
            seconds=[_second(at, values, failed[at]) for at, values in enumerate(seconds)],
            measurements=list(self.measurements),
        )

    def _phases(self) -> list[PhaseResult]:
        phases, start = [], 0
        for name, part in self.phases:
            flat = [value for values in part for value in values]
            rate = len(flat) / len(ENDPOINTS) / max(len(part), 1)
            phases.append(
                PhaseResult(
                    name=name,
                    start_us=start * SECOND_US,
                    duration_us=len(part) * SECOND_US,
                    sessions=sessions(len(flat) // len(ENDPOINTS)),
                    offered_rate=self.offered.get(name, rate),
                    achieved_rate=rate,
                    requests=requests(flat),
                )
            )
            start += len(part)
        return phases


def _second(at: int, values: Sequence[int], failed: int) -> Second:
    return Second(
        at_us=at * SECOND_US,
        started=len(values) // len(ENDPOINTS),
        requests=len(values),
        failed=int(failed),
        in_flight=0,
        late_max_us=0,
        response=latency(values) if len(values) else None,
    )


def steady(
    *,
    seconds: int = 60,
    rate: int = 120,
    median_us: int = 20_000,
    spread: float = 0.4,
    seed: int = 1,
) -> list[list[int]]:
    """Independent log-normal latencies."""
    rng = np.random.default_rng(seed)
    values = median_us * rng.lognormal(0, spread, (seconds, rate))
    return [[int(value) for value in row] for row in values]


def machine(metric: str, values: Sequence[float], subject: str = "machine", **more: Any) -> Series:
    """A series with a sample every second."""
    return Series(
        metric=metric,
        subject=subject,
        source="psutil",
        at_us=[at * SECOND_US for at in range(len(values))],
        values=list(values),
        **more,
    )
