"""A load's result, as far as a verdict needs it. Pure."""

from __future__ import annotations

from functools import cached_property
from typing import assert_never

from kampyn_perf import stats
from kampyn_perf.histogram import merged
from kampyn_perf.outcomes import TRANSPORT_KINDS
from kampyn_perf.results.load import Latency, LoadResult, Requests, RunStatus
from kampyn_perf.slo.evidence import estimate, series
from kampyn_perf.slo.evidence.estimate import Estimate, Missing, unknown
from kampyn_perf.slo.evidence.throughput import phase_rates, throughput
from kampyn_perf.slo.evidence.timeline import Timeline
from kampyn_perf.slo.metrics import (
    CaseTimes,
    Clock,
    Event,
    RequestRate,
    RequestShare,
    RequestTimes,
    ScopeKind,
    SessionTimes,
    Watched,
)
from kampyn_perf.slo.objectives import Objective, Scope


class LoadEvidence:
    """What a load says about objectives."""

    def __init__(self, result: LoadResult) -> None:
        self._result = result

    @property
    def subject(self) -> str:
        return self._result.schema_

    @property
    def started_at(self) -> str:
        return self._result.started_at

    @property
    def invalid(self) -> list[str]:
        validity = self._result.validity
        if validity.valid:
            return []
        return validity.reasons or ["the run says so, without a reason"]

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
    def all_failed(self) -> bool:
        requests = self._result.requests
        return 0 < requests.count == requests.failed

    def names(self, kind: ScopeKind) -> list[str]:
        """Of endpoints, flows or phases, as the report has them."""
        match kind:
            case ScopeKind.ENDPOINT:
                return [each.name for each in self._result.endpoints]
            case ScopeKind.FLOW:
                return [each.name for each in self._result.flows]
            case ScopeKind.PHASE:
                return [each.name for each in self._result.phases]
            case _:
                return []

    def find(self, objective: Objective) -> Estimate | Missing:
        """What the load says about `objective`."""
        match objective.described.evidence:
            case RequestTimes(clock):
                return self._times(objective, clock)
            case SessionTimes():
                return self._session_times(objective)
            case RequestRate():
                return self._throughput(objective)
            case RequestShare(event):
                return self._share(objective, event)
            case CaseTimes():
                return Missing("a load has no benchmark cases")
            case Watched():
                measured = self._result.measurements
                return series.find(measured, objective.described, objective.statistic)
            case kind:
                assert_never(kind)

    @cached_property
    def _timeline(self) -> Timeline:
        result = self._result
        return Timeline.of(result.seconds, result.phases, elapsed_us=result.elapsed_us)

    def _timeline_of(self, scope: Scope) -> Timeline:
        if scope.kind is not ScopeKind.PHASE:
            return self._timeline
        return self._timeline.of_phase(self.names(ScopeKind.PHASE).index(scope.name))

    def _requests(self, scope: Scope) -> Requests | Missing:
        """The group of requests that `scope` names; overall is all of them."""
        groups = {
            ScopeKind.ENDPOINT: {each.name: each.requests for each in self._result.endpoints},
            ScopeKind.FLOW: {each.name: each.requests for each in self._result.flows},
            ScopeKind.PHASE: {each.name: each.requests for each in reversed(self._result.phases)},
        }
        if scope.kind is ScopeKind.OVERALL:
            return self._result.requests
        known = groups[scope.kind]
        return known.get(scope.name) or unknown(scope, known)

    def _times(self, objective: Objective, clock: Clock) -> Estimate | Missing:
        requests = self._requests(objective.scope)
        if isinstance(requests, Missing):
            return requests
        service = clock is Clock.SERVICE
        latency = requests.service if service else requests.response
        timeline = self._timeline_of(objective.scope)
        count = latency.count
        if objective.quantile is not None:
            return estimate.histogram_quantile(
                latency.decode(),
                objective.quantile,
                worth=lambda value: _worth(count, timeline.factor_at(value)),
                noun="requests",
            )
        # Only all requests together are the same by the second as by the schedule.
        whole = objective.scope.kind is ScopeKind.OVERALL and not service
        exact = timeline.mean_interval() if whole else None
        return _mean_or_max(latency, objective, timeline, noun="requests", interval=exact)

    def _session_times(self, objective: Objective) -> Estimate | Missing:
        """Sessions are not recorded by the second: they hang together as requests do at q."""
        flows = {flow.name: flow.session_time for flow in self._result.flows}
        scope = objective.scope
        if scope.kind is ScopeKind.FLOW:
            found = flows.get(scope.name)
            if found is None:
                return unknown(scope, flows)
            latency = found
        else:
            latency = Latency.of(merged(each.decode() for each in flows.values()))
        q = objective.quantile
        if q is None:
            return _mean_or_max(latency, objective, self._timeline, noun="sessions")
        alike = self._result.requests.response.decode().percentiles((q,))[q]
        factor = self._timeline.factor_at(alike or 0)
        return estimate.histogram_quantile(
            latency.decode(), q, worth=lambda _: _worth(latency.count, factor), noun="sessions"
        )

    def _throughput(self, objective: Objective) -> Estimate | Missing:
        rates = phase_rates(self._result.phases, self._timeline)
        if objective.scope.kind is ScopeKind.PHASE:
            if objective.scope.name not in self.names(ScopeKind.PHASE):
                return unknown(objective.scope, self.names(ScopeKind.PHASE))
            rates = [rate for rate in rates if rate.name == objective.scope.name]
        return throughput(rates, objective.target)

    def _share(self, objective: Objective, event: Event) -> Estimate | Missing:
        requests = self._requests(objective.scope)
        if isinstance(requests, Missing):
            return requests
        failures = _failures(requests, event)
        factor = self._timeline_of(objective.scope).factor_failed() if failures else 1.0
        return estimate.share(
            failures,
            requests.count,
            effective=_worth(requests.count, factor),
            noun="requests",
            of_successes=objective.described.more_is_better,
        )


def _failures(requests: Requests, event: Event) -> int:
    """How many of `requests` the event came upon."""
    match event:
        case Event.FAILED:
            return requests.failed
        case Event.STATUS_4XX:
            return min(requests.count, _statuses(requests, "4"))
        case Event.STATUS_5XX:
            return min(requests.count, _statuses(requests, "5"))
        case Event.UNAVAILABLE:
            broken = sum(requests.errors.get(kind.value, 0) for kind in TRANSPORT_KINDS)
            # By status, not by kind: a scenario that expects a 503 does not make it an answer.
            return min(requests.count, broken + _statuses(requests, "5"))


def _statuses(requests: Requests, first: str) -> int:
    return sum(count for status, count in requests.statuses.items() if status.startswith(first))


def _mean_or_max(
    latency: Latency,
    objective: Objective,
    timeline: Timeline,
    *,
    noun: str,
    interval: stats.Interval | None = None,
) -> Estimate | Missing:
    if latency.mean_us is None or latency.max_us is None:
        return Missing(f"there were no {noun}")
    if objective.statistic == "max":
        return estimate.maximum(float(latency.max_us), samples=latency.count, noun=noun)
    if interval is None:
        interval = timeline.group_mean_interval(
            latency.mean_us, latency.stddev_us or 0.0, latency.count
        )
    return estimate.mean(latency.mean_us, interval, samples=latency.count, noun=noun)


def _worth(count: int, factor: float) -> float:
    return max(min(float(count), 1.0), count / factor)
