"""Requests that are needed and are not what is measured: signing in, steps before and after a flow.
They are counted apart, by endpoint, and stand in no rate and no percentile of the run."""

from __future__ import annotations

from typing import Any

from kampyn_perf.load.client import RequestSample
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.scenario.session import Session, endpoint_name
from kampyn_perf.outcomes import ErrorKind


class ApartCounts:
    """By endpoint: requests, failures, and how the first failure came."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}
        self._reasons: dict[str, str] = {}

    def add(self, endpoint: str, status: int, kind: ErrorKind | None) -> None:
        """One request."""
        count = self._counts.setdefault(endpoint, [0, 0])
        count[0] += 1
        if kind is not None:
            count[1] += 1
            self._reasons.setdefault(endpoint, f"status {status}" if status else str(kind))

    def reason(self) -> str:
        """How the first request that failed did; empty where none has."""
        return next(iter(self._reasons.values()), "")

    def to_message(self) -> list[dict[str, Any]]:
        """For the coordinator."""
        return [
            {
                "name": endpoint,
                "count": count,
                "failed": failed,
                "reason": self._reasons.get(endpoint, ""),
            }
            for endpoint, (count, failed) in self._counts.items()
        ]


class ApartSession(Session):
    """Stands in for a session while it does what is counted apart; the data is the same."""

    __slots__ = ("_counts",)

    def __init__(self, session: Session, counts: ApartCounts) -> None:
        super().__init__(
            number=session.number,
            flow=session.flow,
            phase=session.phase,
            due_us=now_us(),
            data=session.data,
            buffer=None,
        )
        self._counts = counts

    def request_done(
        self,
        sample: RequestSample,
        /,
    ) -> None:
        """Count one request, apart."""
        super().request_done(sample)
        self._counts.add(endpoint_name(sample.method, sample.name), sample.status, sample.error)
