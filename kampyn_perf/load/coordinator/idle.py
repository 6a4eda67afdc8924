"""Flows and sessions that came to their end, and had asked for nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from kampyn_perf.load.coordinator.facts import GeneratorFacts
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.units import counted


def flows_without_requests(collector: Collector) -> Iterator[str]:
    """Flows that were run, and of which nothing ever reached the target."""
    ended: dict[str, int] = {}
    for (flow, phase), totals in collector.sessions.items():
        if collector.is_measured(phase):
            ended[flow] = ended.get(flow, 0) + totals.completed + totals.failed
    for flow, count in ended.items():
        if count and not _requests(collector, flow):
            yield f"{flow}: none of its {counted(count, 'session')} sent a request"


def sessions_without_requests(collector: Collector, facts: GeneratorFacts) -> Iterator[str]:
    """The same of some sessions of a flow, while others sent something."""
    for flow, count in facts.idle_sessions.items():
        if _requests(collector, flow):
            yield f"{flow}: {counted(count, 'session')} ended without a request"


def _requests(collector: Collector, flow: str) -> int:
    group = collector.flows.get(flow)
    return group.response.count + group.failed_response.count if group else 0
