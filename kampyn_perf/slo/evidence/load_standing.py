"""How a load's result stands as a whole, whatever the objective. Pure."""

from __future__ import annotations

from kampyn_perf import units
from kampyn_perf.outcomes import TRANSPORT_KINDS, ErrorKind
from kampyn_perf.results.load import LoadResult, RunStatus
from kampyn_perf.slo.evidence.bounds import Disturbed
from kampyn_perf.slo.evidence.result_evidence import ResultEvidence
from kampyn_perf.slo.kinds import (
    Amplification,
    AnySeries,
    ArrivalCount,
    Event,
    Recovery,
    RequestRate,
    RequestShare,
    StartLag,
    Watched,
)
from kampyn_perf.slo.objective import Objective

_STATUSES = (Event.STATUS_4XX, Event.STATUS_5XX)
"""What a slow generator cannot have caused."""
_NO_ANSWER = frozenset(TRANSPORT_KINDS - {ErrorKind.TIMEOUT})
"""Kinds of failure that say, where there is nothing else, that the target is none: refused, no
agreement on TLS, not HTTP. One that only ever lets the time pass may be overloaded."""
_NEVER_HELD = (
    RequestRate, StartLag, ArrivalCount, Watched, AnySeries, Recovery, Amplification,
)  # fmt: skip


class LoadStanding(ResultEvidence[LoadResult]):
    """Whether its numbers mean anything, and what disturbed them."""

    @property
    def invalid(self) -> list[str]:
        validity = self._result.validity
        if validity.valid:
            return []
        return validity.reasons or ["the run says so, without a reason"]

    def held(self, objective: Objective) -> str | None:
        """The bounds of everything that disturbed the run, where they are known for the metric.

        Rates never hold: who was disturbed did not offer what was planned. Nor does what was
        watched: what disturbed the generator (a neighbour on its CPU) may be what is seen there.
        """
        disturbances, kind = self._result.validity.disturbances, objective.described.evidence
        if not disturbances or isinstance(kind, _NEVER_HELD):
            return None
        if any(disturbance.hides is None for disturbance in disturbances):
            return None
        of_status = isinstance(kind, RequestShare) and kind.event in _STATUSES
        if not of_status and any(disturbance.adds_us is None for disturbance in disturbances):
            return None
        disturbed = self.disturbed
        added = units.format_duration(disturbed.added_us)
        return f"at most {added} may have been added to a request, and {disturbed.hidden:,} hidden"

    @property
    def partial(self) -> str:
        match self._result.status:
            case RunStatus.COMPLETE:
                return ""
            case RunStatus.PARTIAL:
                return self._result.reason or "the run ended early"
            case RunStatus.RUNNING:
                return "the run was killed, or still goes on"

    @property
    def empty(self) -> bool:
        return self._result.requests.count == 0

    @property
    def unreachable(self) -> str:
        requests = self._result.requests
        if not self.all_failed or requests.statuses or not requests.errors.keys() <= _NO_ANSWER:
            return ""
        words = next((failure.message for failure in self._result.failures if failure.message), "")
        return words or ", ".join(requests.errors)

    @property
    def all_failed(self) -> bool:
        requests = self._result.requests
        return 0 < requests.count == requests.failed

    @property
    def disturbed(self) -> Disturbed:
        """What a disturbance can have done to the requests, at most."""
        disturbances = self._result.validity.disturbances
        return Disturbed(
            added_us=sum(disturbance.adds_us or 0 for disturbance in disturbances),
            hidden=sum(disturbance.hides or 0 for disturbance in disturbances),
        )
