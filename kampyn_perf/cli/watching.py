"""Puts the watchers of `measure` beside a run of `load`; neither knows the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from kampyn_perf import load, measure
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.hosts import check_host
from kampyn_perf.measure import (
    OwnBackend,
    Sample,
    WatchFlags,
    WatchPlan,
    WatchRequest,
    WatchSettings,
)
from kampyn_perf.units import format_percent

_COST_LIMIT = 0.01
"""Of one core; watching that costs more is worth a warning."""


class BesideLoad:
    """The watcher of one run."""

    def __init__(
        self,
        request: load.LoadRequest,
        settings: WatchSettings,
        *,
        listener: Callable[[int, Sample], None] | None = None,
    ) -> None:
        """`listener` hears each sample with its moment, in a watcher's thread."""
        self._request = request
        self._settings = settings
        self._listener = listener
        self._runner: measure.Runner | None = None
        self._zero_us = 0

    def prepare(self, target: load.WatchedTarget) -> None:
        """Choose and make the watchers. Raises KampynError for one that cannot be."""
        self._runner = measure.runner_of(
            plan_for(self._request, self._settings, target),
            now_us=self._now_us,
            from_us=self._request.spec.warm_up,
            listener=self._listener,
        )

    def start(self, zero_us: int) -> None:
        self._zero_us = zero_us
        if self._runner:
            self._runner.start()

    def stop(self) -> None:
        if self._runner:
            self._runner.stop()

    def measured(self) -> load.Measured:
        if self._runner is None:
            return load.Measured()
        measured = self._runner.snapshot()
        return load.Measured(
            series=measured.series,
            unmeasured=measured.unmeasured,
            watching=measured.watching,
            warnings=_warnings(measured),
        )

    def _now_us(self) -> int:
        return now_us() - self._zero_us


def plan_for(
    request: load.LoadRequest, settings: WatchSettings, target: load.WatchedTarget
) -> WatchPlan:
    """The watchers of a run against `target`. Raises KampynError."""
    parts = urlsplit(target.url)
    here = measure.is_this_machine(parts.hostname or "")
    local = here if settings.local is None else settings.local
    port = parts.port or (443 if parts.scheme == "https" else 80)
    own = _bundled_backend(request, target)
    return measure.watchers_for(
        WatchRequest(
            url=target.url,
            local=local,
            settings=settings,
            own=own,
            note="" if request.master else "load generator included",
            forwarder=measure.forwarder_at(port) if local and not own else "",
            check_host=lambda url: check_host(url, request.spec.allow_hosts),
            environ=os.environ,
        )
    )


def plan_before(request: load.LoadRequest, settings: WatchSettings) -> WatchPlan:
    """The same before the bundled backend has any process. Raises KampynError."""
    none_yet = load.BundledProcesses(supervisor=0, workers=lambda: [], redis=lambda: None)
    target = load.WatchedTarget(
        url=request.spec.url,
        generators=lambda: [],
        bundled=none_yet if request.bundled else None,
    )
    return plan_for(request, settings, target)


def settings_of(
    request: load.LoadRequest, flags: WatchFlags, sets: Sequence[str] = ()
) -> WatchSettings:
    """What the target's file, `--set watch.…` (without the `watch.`) and the flags say. Raises
    KampynError."""
    return flags.over(measure.load_settings(request.watch, [f"watch.{text}" for text in sets]))


def _bundled_backend(request: load.LoadRequest, target: load.WatchedTarget) -> OwnBackend | None:
    processes = target.bundled
    if processes is None or request.bundled is None:
        return None
    store, cache = request.bundled.settings.store.url, request.bundled.settings.cache.url
    return OwnBackend(
        processes=_finder(processes),
        folder=request.bundled.state,
        redis=processes.redis_socket or (cache if "://" in cache else ""),
        mongo=store if store.startswith("mongodb") else "",
    )


def _finder(processes: load.BundledProcesses) -> Callable[[], dict[str, list[int]]]:
    def find() -> dict[str, list[int]]:
        redis = processes.redis()
        return {
            "worker": list(processes.workers()),
            "supervisor": [processes.supervisor],
            "redis": [] if redis is None else [redis],
        }

    return find


def _warnings(measured: measure.Measured) -> list[str]:
    """What the watchers remarked, and what they cost, where that is too much."""
    watching = measured.watching
    warnings = [f"watching: {remark}" for remark in watching.remarks]
    if watching.cpu_share > _COST_LIMIT:
        warnings.append(
            f"watching: cost {format_percent(watching.cpu_share)} of a core, more than "
            f"{format_percent(_COST_LIMIT)}"
        )
    return warnings
