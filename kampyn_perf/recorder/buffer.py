"""The generator's side of the recorder: one cheap append per sample. Unit: whole microseconds.

It never raises into a scenario: a sample that cannot be kept is a fault, faults are counted, and
a run with a fault is invalid. Numbers are never lost in silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import NamedTuple

from kampyn_perf.outcomes import TRANSPORT_KINDS, ErrorKind
from kampyn_perf.recorder.generator_health import HealthSample
from kampyn_perf.recorder.grouping import MAX_CAUSES, MAX_ENDPOINTS, OTHER_ENDPOINTS, cause_of
from kampyn_perf.recorder.interval import Cell, CellKey, Gauges, Interval, SessionCounts

_SERVER_ERROR = 500
_WORDS = [str(status) for status in range(1000)]


class Sample(NamedTuple):
    """How one request ended."""

    response_us: int
    """From when it was due to be sent."""
    service_us: int
    """From when it was sent."""
    status: int
    """0 where no response came."""
    error: ErrorKind | None
    received: int = 0
    """Bytes."""
    sent: int = 0
    """Bytes."""
    explain: Callable[[], str] | None = None
    """In whose words it failed; asked only of the first of its kind, for that takes a while."""


class SampleBuffer:
    """Samples since the last `take`. Not for threads: greenlets of one process share it."""

    def __init__(self, *, max_endpoints: int = MAX_ENDPOINTS, warm_up: bool = False) -> None:
        """With `warm_up`, phase 0 is one: how late its sessions begin is of no account."""
        self._first_phase = 1 if warm_up else 0
        self._known: set[str] = set()
        self._told: set[tuple[str, str]] = set()
        """Endpoints and causes whose words were asked for."""
        self._max_endpoints = max_endpoints
        self.begin(0)

    def begin(self, from_us: int) -> None:
        """A fresh start: what was kept so far is forgotten."""
        self._from_us = from_us
        # Keys are plain tuples: making a CellKey for each request would double the cost.
        self._cells: dict[tuple[str, str, int], Cell] = {}
        self._sessions: defaultdict[tuple[str, int], SessionCounts] = defaultdict(SessionCounts)
        self._started_in: defaultdict[int, int] = defaultdict(int)
        self._lateness: list[int] = []
        self._waited = 0
        self._waited_max = 0
        self._faults = 0

    def starts_at(self, from_us: int) -> None:
        """The run begins. What a scenario measured before it (in `test_start`) stays in."""
        self._from_us = from_us

    def request(self, sample: Sample, *, endpoint: str, flow: str, phase: int) -> None:
        """One request that ended."""
        response_us, service_us, status, error, received, sent, explain = sample
        key = (endpoint, flow, phase)
        self.ended(key, response_us, service_us, status, error, received, sent, explain)

    def ended(
        self,
        key: tuple[str, str, int],
        response_us: int,
        service_us: int,
        status: int,
        error: ErrorKind | None,
        received: int,
        sent: int,
        explain: Callable[[], str] | None,
    ) -> None:
        """The same, of an endpoint, flow and phase."""
        if response_us < 0 or service_us < 0:
            self._faults += 1
            return
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cell(*key)
        if status:
            word = _WORDS[status] if status < 1000 else str(status)
            statuses = cell.statuses
            statuses[word] = statuses.get(word, 0) + 1
        cell.received += received
        cell.sent += sent
        if error is None:
            cell.responses_us.append(response_us)
            cell.services_us.append(service_us)
        else:
            cell.failed_responses_us.append(response_us)
            cell.failed_services_us.append(service_us)
            kind = error.value
            cell.errors[kind] = cell.errors.get(kind, 0) + 1
            self._failed(cell, key[0], status, error, explain)
        if status >= _SERVER_ERROR or (error is not None and error in TRANSPORT_KINDS):
            cell.unavailable += 1

    def request_cut(self, *, endpoint: str, flow: str, phase: int, age_us: int) -> None:
        """A request's answer was still out when the run was ended, `age_us` after it was due; a
        session's that never began has no endpoint."""
        self._cell(endpoint, flow, phase).cut_us.append(max(age_us, 0))

    def session_planned(self, *, flow: str, phase: int) -> None:
        """An arrival came due."""
        self._sessions[flow, phase].planned += 1

    def session_started(
        self, *, flow: str, phase: int, phase_now: int, late_us: int, waited: bool
    ) -> None:
        """A session began `late_us` after its due time, having waited for a virtual user or not."""
        self._sessions[flow, phase].started += 1
        self._started_in[phase_now] += 1
        if phase < self._first_phase:
            return
        if waited:
            self._waited += 1
            self._waited_max = max(self._waited_max, late_us)
        else:
            self._lateness.append(late_us)

    def session_dropped(self, *, flow: str, phase: int, age_us: int) -> None:
        """An arrival that is never started; its first request had been due for `age_us`."""
        counts = self._sessions[flow, phase]
        counts.dropped += 1
        counts.cut_us.append(max(age_us, 0))
        self.request_cut(endpoint="", flow=flow, phase=phase, age_us=age_us)

    def session_ended(self, *, flow: str, phase: int, duration_us: int, success: bool) -> None:
        """A session came to its own end."""
        counts = self._sessions[flow, phase]
        if success:
            counts.completed += 1
            counts.durations_us.append(duration_us)
        else:
            counts.failed += 1
            counts.failed_durations_us.append(duration_us)

    def session_cut(self, *, flow: str, phase: int, age_us: int) -> None:
        """A session was still at work when the run was ended, `age_us` after it was due."""
        counts = self._sessions[flow, phase]
        counts.cut += 1
        counts.cut_us.append(max(age_us, 0))

    def fault(self) -> None:
        """Something that should have been recorded was not."""
        self._faults += 1

    def take(self, to_us: int, gauges: Gauges, health: HealthSample | None = None) -> Interval:
        """Everything since the last call, and a fresh start at `to_us`."""
        interval = Interval(
            from_us=self._from_us,
            to_us=to_us,
            cells={CellKey(*key): cell for key, cell in self._cells.items()},
            sessions=dict(self._sessions),
            started_in=dict(self._started_in),
            lateness_us=self._lateness,
            waited=self._waited,
            waited_max_us=self._waited_max,
            faults=self._faults,
            gauges=gauges,
            health=health or HealthSample(),
        )
        self.begin(to_us)
        return interval

    def _failed(
        self,
        cell: Cell,
        endpoint: str,
        status: int,
        error: ErrorKind,
        explain: Callable[[], str] | None,
    ) -> None:
        cause = cause_of(status, error)
        cell.failures[cause] = cell.failures.get(cause, 0) + 1
        told = (self._name(endpoint), cause)
        if explain is None or told in self._told or len(self._told) >= MAX_CAUSES:
            return
        self._told.add(told)
        cell.messages[cause] = explain()

    def _cell(self, endpoint: str, flow: str, phase: int) -> Cell:
        """The cell of requests that are counted together."""
        name = self._name(endpoint) if endpoint else ""
        return self._cells.setdefault((name, flow, phase), Cell())

    def _name(self, endpoint: str) -> str:
        if endpoint in self._known:
            return endpoint
        if len(self._known) >= self._max_endpoints:
            return OTHER_ENDPOINTS
        self._known.add(endpoint)
        return endpoint
