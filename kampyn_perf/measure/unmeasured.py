"""What a run will not know, why, and what would show it. Pure."""

from __future__ import annotations

from kampyn_perf import names
from kampyn_perf.measure.plan import GOALS, WatchRequest
from kampyn_perf.results.series import Unmeasured


def without_watching() -> dict[str, Unmeasured]:
    """Where nothing is watched at all."""
    gap = Unmeasured(reason="nothing was watched", remedy="leave out --no-watch")
    return dict.fromkeys(GOALS, gap)


def without_pages(request: WatchRequest, *, processes_seen: bool) -> dict[str, Unmeasured]:
    """What only a page of metrics, or a database, could tell."""
    gaps: dict[str, Unmeasured] = {}
    if not request.on_this_machine:
        gaps |= dict.fromkeys((names.CPU, names.MEMORY, names.DISK_IO), _machine(request))
    if not processes_seen:
        gaps[names.MEMORY_PER_INSTANCE] = _processes(request)
    if not request.own and not request.with_requests:
        gaps[names.DB_QUERY_TIME] = Unmeasured(
            reason="neither the backend's metrics nor its database were named",
            remedy=f"give --scrape URL of a page with {names.METRIC_DB}, or --watch-mongo URI",
        )
    if not request.settings.probe.enabled:
        gaps[names.PROBE_AVAILABILITY] = Unmeasured(
            reason="no health route was named, or the probe is switched off",
            remedy="give its route with --probe PATH",
        )
    return gaps


def _machine(request: WatchRequest) -> Unmeasured:
    return Unmeasured(
        reason=(
            f"port {request.port} leads to another machine, through {request.forwarder}"
            if request.local
            else "the backend runs on another machine"
        ),
        remedy="watch that machine with --scrape http://HOST:9100/metrics (its node_exporter)",
    )


def _processes(request: WatchRequest) -> Unmeasured:
    if request.on_this_machine and request.forwarder:
        return Unmeasured(
            reason=f"port {request.port} is held by {request.forwarder}, which only passes on to "
            "the backend",
            remedy="name the backend with --watch-port, --watch-name, --watch-pid or "
            "--watch-cgroup",
        )
    return Unmeasured(
        reason="the backend's processes are on another machine",
        remedy="give --scrape URL of the backend's own page of metrics "
        "(process_resident_memory_bytes; watch.scrape[].instance)",
    )
