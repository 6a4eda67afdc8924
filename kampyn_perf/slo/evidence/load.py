"""A load's result, as far as a verdict needs it. Pure."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import assert_never

import numpy as np

from kampyn_perf.histogram import merged
from kampyn_perf.results.load import FlowResult, Latency, LoadResult, Requests
from kampyn_perf.slo.evidence import estimate, windows
from kampyn_perf.slo.evidence.amplification import amplification
from kampyn_perf.slo.evidence.arrivals import arrivals, start_lag
from kampyn_perf.slo.evidence.audited import audited
from kampyn_perf.slo.evidence.bounds import BySecond, beyond, share_of
from kampyn_perf.slo.evidence.by_scope import ByScope
from kampyn_perf.slo.evidence.counted import Table
from kampyn_perf.slo.evidence.estimate import Estimate, Missing, unknown
from kampyn_perf.slo.evidence.load_standing import LoadStanding
from kampyn_perf.slo.evidence.quantiles import standing
from kampyn_perf.slo.evidence.recovery import recovery
from kampyn_perf.slo.evidence.series import Measurements
from kampyn_perf.slo.evidence.slopes import longest_of
from kampyn_perf.slo.evidence.throughput import phase_rates, throughput
from kampyn_perf.slo.evidence.timeline import Timeline
from kampyn_perf.slo.evidence.times import Group, times_of
from kampyn_perf.slo.evidence.under_faults import Faults, latency_of
from kampyn_perf.slo.kinds import (
    Amplification,
    AnySeries,
    ArrivalCount,
    Audited,
    CaseTimes,
    Clock,
    Event,
    Recovery,
    RequestRate,
    RequestShare,
    RequestTimes,
    SessionTimes,
    StartLag,
    Watched,
)
from kampyn_perf.slo.metrics import ScopeKind
from kampyn_perf.slo.objective import MASKABLE, Objective, Of, Under
from kampyn_perf.statistic import SLOPE

_EARLIER = "the result is of an earlier version, which did not record {} by the second"


class LoadEvidence(LoadStanding):
    """What a load says about objectives."""

    def __init__(self, result: LoadResult) -> None:
        super().__init__(result)
        self._by_scope = ByScope(result)

    def names(self, kind: ScopeKind) -> list[str]:
        """Of endpoints, flows or phases, as the report has them; each once."""
        return self._by_scope.names(kind)

    def find(self, objective: Objective) -> Estimate | Missing:
        """What the load says about `objective`; where faults are masked, with them too."""
        faults = self._faults if self._maskable(objective) else Faults()
        if not faults.windows_us and objective.faults is Under.ONLY:
            return Missing("the run had no faults")
        outside = self._find(objective)
        if not faults.windows_us or objective.faults is not Under.MASKED:
            return outside
        counted = self._find(objective.model_copy(update={"faults": Under.COUNTED}))
        if isinstance(outside, Missing):
            if isinstance(counted, Missing):  # nor would it be known with them
                return counted
            words = f"{outside.reason} outside of the faults ({', '.join(faults.names)})"
            return Missing(words)
        return replace(
            outside,
            masked_us=faults.masked_us(self._result.seconds),
            faults=faults.names,
            with_faults=counted if isinstance(counted, Estimate) else None,
        )

    def _maskable(self, objective: Objective) -> bool:
        """A slope is of a whole phase: without a part of it, it is another."""
        kind = objective.described.evidence
        if not isinstance(kind, MASKABLE) or objective.statistic == SLOPE:
            return False
        by_request = isinstance(kind, RequestTimes | SessionTimes | RequestShare)
        return not by_request or self._by_scope.requests is not None

    @cached_property
    def _faults(self) -> Faults:
        return Faults.of(self._result)

    def _find(self, objective: Objective) -> Estimate | Missing:
        match objective.described.evidence:
            case RequestTimes(clock):
                return self._times(objective, clock)
            case SessionTimes():
                return self._session_times(objective)
            case RequestRate():
                return self._throughput(objective)
            case RequestShare(event):
                return self._share(objective, event)
            case Recovery() | Amplification() as about_faults:
                return self._about_faults(objective, about_faults)
            case kind:
                return self._beside_requests(objective, kind)

    def by_second(self, objective: Objective) -> BySecond | None:
        """What an objective about a share of requests is decided by; None for any other."""
        kind, quantile = objective.described.evidence, objective.quantile
        requests = self._by_scope.group(objective.scope) if objective.window_us is None else None
        if not isinstance(requests, Requests) or self._by_scope.requests is None:
            return None
        counted = self._by_scope.counted(objective.scope, requests)
        target = objective.target
        if isinstance(kind, RequestTimes) and quantile is not None:
            share = beyond(
                counted,
                kind.clock,
                target.first_bad,
                of_all=objective.of is Of.ALL,
                disturbed=self.disturbed,
            )
            return BySecond(bad=share.most, totals=share.totals, allowed=1 - quantile)
        if isinstance(kind, RequestShare):
            share = share_of(counted, kind.event, disturbed=self.disturbed)
            allowed = 1 - target.value if target.comparison.upwards else target.value
            return BySecond(bad=share.most, totals=share.totals, allowed=allowed)
        return None

    def _beside_requests(
        self,
        objective: Objective,
        kind: StartLag | ArrivalCount | Watched | AnySeries | Audited | CaseTimes,
    ) -> Estimate | Missing:
        match kind:
            case Audited(of):
                return audited(self._result.audit, of)
            case StartLag():
                return start_lag(self._result, objective)
            case ArrivalCount(of):
                return arrivals(self._result, self._by_scope.phase_names, of, objective)
            case Watched() | AnySeries():
                return self._measured(objective.faults).find(objective)
            case CaseTimes():
                return Missing("a load has no benchmark cases")
            case other:
                assert_never(other)

    def _measured(self, under: Under) -> Measurements:
        result = self._result
        return Measurements(
            series=self._faults.of_series(result.measurements, under),
            phases_us=[phase.start_us for phase in result.phases],
            longest=longest_of(result),
            unmeasured=result.unmeasured,
        )

    def _times(self, objective: Objective, clock: Clock) -> Estimate | Missing:
        requests = self._by_scope.group(objective.scope)
        if isinstance(requests, Missing):
            return requests
        latency, successful = (
            (requests.response, requests.successful_response)
            if clock is Clock.RESPONSE
            else (requests.service, requests.successful_service)
        )
        if self._by_scope.requests is None and clock is Clock.SERVICE:
            return Missing(_EARLIER.format("service times"))
        if self._by_scope.requests is None and objective.window_us is not None:
            return Missing(windows.EARLIER)
        group = Group(
            counted=self._by_scope.counted(objective.scope, requests), latency=successful or latency
        )
        return times_of(
            self._asked(group, objective, clock),
            objective,
            clock,
            disturbed=self.disturbed,
            noun="requests",
            woken_mean_us=self._by_scope.woken.mean_us,
        )

    def _session_times(self, objective: Objective) -> Estimate | Missing:
        flows = {flow.name: flow for flow in self._result.flows}
        scope = objective.scope
        if scope.kind is ScopeKind.FLOW and scope.name not in flows:
            return unknown(scope, flows)
        if self._by_scope.sessions is None:
            return Missing(_EARLIER.format("sessions"))
        chosen = [flows[scope.name]] if scope.kind is ScopeKind.FLOW else list(flows.values())
        times = [_successful_times(flow).decode() for flow in chosen]
        group = Group(
            counted=self._by_scope.sessions.select(self._by_scope.chooser(scope)),
            latency=Latency.of(merged(times)),
        )
        return times_of(
            self._asked(group, objective, Clock.RESPONSE),
            objective,
            Clock.RESPONSE,
            disturbed=self.disturbed,
            noun="sessions",
            woken_mean_us=self._by_scope.woken.mean_of_sessions_us,
        )

    def _asked(self, group: Group, objective: Objective, clock: Clock) -> Group:
        """Without what ended under faults, or that alone."""
        if self._by_scope.requests is None:
            return group
        counted = self._faults.part(group.counted, objective.faults)
        if counted is group.counted:
            return group
        return Group(counted=counted, latency=latency_of(group.latency, counted.times(clock)))

    def _about_faults(
        self, objective: Objective, kind: Recovery | Amplification
    ) -> Estimate | Missing:
        if self._by_scope.requests is None:
            return Missing(_EARLIER.format("requests"))
        if isinstance(kind, Recovery):
            return self._recovery(self._by_scope.requests)
        requests = self._by_scope.group(objective.scope)
        if isinstance(requests, Missing):
            return requests
        counted = self._by_scope.counted(objective.scope, requests)
        return amplification(counted, self._result.seconds, self._faults)

    def _recovery(self, requests: Table) -> Estimate | Missing:
        from_us = self._result.warm_up.duration_us if self._result.warm_up else 0
        spans = self._faults.spans(from_us, self._result.elapsed_us)
        phases_us = [phase.start_us for phase in self._result.phases]
        return recovery(requests.select(lambda _: True), spans, phases_us=phases_us)

    def _throughput(self, objective: Objective) -> Estimate | Missing:
        line = Timeline.of(self._result)
        widths = np.array([second.width_us for second in self._result.seconds], dtype=np.int64)
        kept = self._faults.kept(line.starts_us, widths, objective.faults)
        rates = phase_rates(
            self._result.phases, self._by_scope.phase_names, line.part(kept), in_part=not kept.all()
        )
        if objective.scope.kind is ScopeKind.PHASE:
            if objective.scope.name not in self._by_scope.phase_names:
                return unknown(objective.scope, self._by_scope.phase_names)
            rates = [rate for rate in rates if rate.name == objective.scope.name]
        return throughput(rates, objective.target)

    def _share(self, objective: Objective, event: Event) -> Estimate | Missing:
        requests = self._by_scope.group(objective.scope)
        if isinstance(requests, Missing):
            return requests
        counted = self._by_scope.counted(objective.scope, requests)
        if self._by_scope.requests is not None:
            counted = self._faults.part(counted, objective.faults)
        if objective.window_us is not None:
            if self._by_scope.requests is None:
                return Missing(windows.EARLIER)
            return windows.share_of_worst(counted, event, objective, disturbed=self.disturbed)
        share = share_of(counted, event, disturbed=self.disturbed)
        return estimate.share(
            round(float(share.fewest.sum())),
            round(share.size),
            bounds=share.bounds(),
            noun="requests",
            of_successes=objective.described.more_is_better,
            note=standing(counted),
        )


def _successful_times(flow: FlowResult) -> Latency:
    return flow.successful_session_time or flow.session_time
