"""A load's requests and sessions by the scope of an objective. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from kampyn_perf.results.breakdown import Breakdown, BreakdownGroup
from kampyn_perf.results.load import LoadResult, Requests
from kampyn_perf.schedule import numbered
from kampyn_perf.slo.evidence import earlier
from kampyn_perf.slo.evidence.counted import Counted, Table
from kampyn_perf.slo.evidence.estimate import Missing, unknown
from kampyn_perf.slo.evidence.woken import Woken
from kampyn_perf.slo.metrics import ScopeKind
from kampyn_perf.slo.scope import Scope


class ByScope:
    """Of one result. The tables are None in those of earlier versions, which kept no breakdown."""

    def __init__(self, result: LoadResult) -> None:
        self._result = result

    def names(self, kind: ScopeKind) -> list[str]:
        """Of endpoints, flows or phases, as the report has them; each once."""
        match kind:
            case ScopeKind.ENDPOINT:
                return [endpoint.name for endpoint in self._result.endpoints]
            case ScopeKind.FLOW:
                return [flow.name for flow in self._result.flows]
            case ScopeKind.PHASE:
                return self.phase_names
            case _:
                return []

    @cached_property
    def phase_names(self) -> list[str]:
        """Several of one name stand only in results of earlier versions."""
        return numbered([phase.name for phase in self._result.phases])

    @cached_property
    def requests(self) -> Table | None:
        kept = self._result.breakdown
        if kept is None:
            return None
        return _table(kept, kept.requests, kept.cut_requests, self.woken.late_us)

    @cached_property
    def sessions(self) -> Table | None:
        kept = self._result.breakdown
        if kept is None:
            return None
        return _table(kept, kept.sessions, kept.cut_sessions, self.woken.of_sessions_us)

    @cached_property
    def woken(self) -> Woken:
        return Woken(self._result)

    def group(self, scope: Scope) -> Requests | Missing:
        """The figures of the requests that `scope` names; overall is all of them."""
        phases = zip(self.phase_names, self._result.phases, strict=True)
        groups = {
            ScopeKind.ENDPOINT: {
                endpoint.name: endpoint.requests for endpoint in self._result.endpoints
            },
            ScopeKind.FLOW: {flow.name: flow.requests for flow in self._result.flows},
            ScopeKind.PHASE: {name: phase.requests for name, phase in phases},
        }
        if scope.kind is ScopeKind.OVERALL:
            return self._result.requests
        known = groups[scope.kind]
        return known.get(scope.name) or unknown(scope, known)

    def counted(self, scope: Scope, requests: Requests) -> Counted:
        """The same requests in time; what was cut may be of any endpoint."""
        if self.requests is None:
            return earlier.counted(self._result, requests)
        if scope.kind is ScopeKind.ENDPOINT:
            return self.requests.select(
                self.chooser(scope), perhaps=lambda group: not group.endpoint
            )
        return self.requests.select(self.chooser(scope))

    def chooser(self, scope: Scope) -> Callable[[BreakdownGroup], bool]:
        """Whether a group is of the scope."""
        match scope.kind:
            case ScopeKind.ENDPOINT:
                return lambda group: group.endpoint == scope.name
            case ScopeKind.FLOW:
                return lambda group: group.flow == scope.name
            case ScopeKind.PHASE:
                number = self.phase_names.index(scope.name)
                return lambda group: group.phase == number
            case _:
                return lambda _: True


def _table(
    kept: Breakdown,
    groups: Sequence[BreakdownGroup],
    cut: Sequence[BreakdownGroup],
    woken: Callable[[int, int], int],
) -> Table:
    return Table(groups, cut, splits_us=kept.splits_us, width_us=kept.width_us, woken=woken)
