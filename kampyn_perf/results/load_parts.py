"""What a load's result is made of: requests, sessions, flows, phases and seconds. Durations are
whole microseconds, sizes bytes, rates per second.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from kampyn_perf.results.io import Record
from kampyn_perf.results.latency import Latency, NonNegative


class Requests(Record):
    """What became of a group of requests."""

    count: NonNegative
    """Requests that ended, in whatever way."""
    failed: NonNegative
    """Those with an error; the sum of `errors`."""
    statuses: dict[str, NonNegative]
    """How often each HTTP status was answered, failed or not: {"200": 812, "503": 2}."""
    errors: dict[str, NonNegative]
    """Failures by kind (`outcomes.ErrorKind`): {"http_5xx": 2, "timeout": 1}."""
    bytes_received: NonNegative
    bytes_sent: NonNegative
    response: Latency
    service: Latency
    successful_response: Latency | None = None
    """Of those that succeeded alone: a refused connection is no fast response. None where none
    failed, and in a result of an earlier version."""
    successful_service: Latency | None = None

    @property
    def shown(self) -> Latency:
        """The response times to show beside `failed`: of what succeeded, where that is known."""
        return self.successful_response or self.response


class EndpointResult(Record):
    """The requests of one endpoint: a method and a name, as `POST /cart/add/{userId}`."""

    name: str
    requests: Requests


def most_telling(endpoints: Sequence[EndpointResult], most: int) -> Sequence[EndpointResult]:
    """All of them as they stand, or the `most` that failed most, and then were slowest at P95."""
    if len(endpoints) <= most:
        return endpoints
    return sorted(endpoints, key=_telling)[:most]


def _telling(endpoint: EndpointResult) -> tuple[int, int]:
    return -endpoint.requests.failed, -(endpoint.requests.response.p95_us or 0)


class Sessions(Record):
    """What became of arrivals. `planned == started + dropped`, and `started` is all the rest."""

    planned: NonNegative
    """Arrivals that were due while the run lasted."""
    started: NonNegative
    dropped: NonNegative
    """Due, but never started: beyond the hard limit, or still waiting when the run was ended."""
    completed: NonNegative
    """Ended with every request a success."""
    failed: NonNegative
    """Ended with at least one failed request, or by an exception in the scenario."""
    cut: NonNegative
    """Still at work when the run was ended."""


class FlowResult(Record):
    """One flow: its sessions and their requests."""

    name: str
    weight: int
    sessions: Sessions
    requests: Requests
    session_time: Latency
    """From due time to the end of the session."""
    successful_session_time: Latency | None = None
    """Of sessions without a failed request; None where none failed, and in a result of an earlier
    version."""


class PhaseResult(Record):
    """One phase; a request belongs to the phase in which its session was due."""

    name: str
    start_us: NonNegative
    duration_us: NonNegative
    sessions: Sessions
    offered_rate: float
    """Sessions per second that the schedule asked for."""
    achieved_rate: float
    """Sessions per second that were started, by their actual start."""
    requests: Requests


class Second(Record):
    """What ended within one stretch of the run, by the clock (not by due time)."""

    at_us: NonNegative
    """Since the start of the run."""
    width_us: Annotated[int, Field(gt=0)] = 1_000_000
    """One second, or more of them put together in a long run."""
    started: NonNegative
    requests: NonNegative
    failed: NonNegative
    in_flight: NonNegative
    """Sessions at work at the end of the stretch."""
    late_max_us: NonNegative
    wake_max_us: NonNegative = 0
    """How late a generator was woken, at most, when it slept to a known moment (fifty times a
    second): so late an answer may have been noticed. 0 in a result of an earlier version."""
    response: Latency | None
    """None where no request ended."""


class ApartRequests(Record):
    """Requests of one endpoint that are needed and are not what is measured: signing in ahead of
    the run, and steps before and after a flow. They are in no other number of the result."""

    name: str
    count: NonNegative
    failed: NonNegative
    reason: str = ""
    """How the first that failed did."""

    def plus(self, other: ApartRequests) -> ApartRequests:
        """Both together."""
        return ApartRequests(
            name=self.name,
            count=self.count + other.count,
            failed=self.failed + other.failed,
            reason=self.reason or other.reason,
        )


class WarmUp(Record):
    """The stretch before the first phase: shown, and in no other number of the result."""

    duration_us: NonNegative
    sessions: Sessions
    requests: Requests
    seconds: list[Second]
