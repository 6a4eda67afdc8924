"""Runs the schedule against a target: the only package that imports locust or gevent.

    from kampyn_perf import load

    request = load.resolve(load.LoadOptions(profile="quick", target="http://127.0.0.1:5001", ...))
    result = load.run(request)

`docs/api.md` tells the rest. Names below are imported on first use, none of them with gevent.

Floors, from the top: `runner` and `resolver`, with the request; `coordinator`, which leads the
generators and collects, in the caller's process; `distributed`, what lies between it and generators
on other machines; `generator`, which makes the load, always in a process of its own; `flow`, what
scenario authors derive from, and `locustfiles`, users of Locust's that know nothing of it;
`client`, the HTTP client that they have. What a run is (`spec`, `settings`, `partition`, `feed`,
`messages`) is pure, and read by all. `benchmark` measures the client.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kampyn_perf.lazy import on_first_use

if TYPE_CHECKING:
    from kampyn_perf.load.check import described, flows
    from kampyn_perf.load.coordinator.observers import Observers
    from kampyn_perf.load.coordinator.ports import (
        BundledProcesses,
        Measured,
        Observer,
        RunStart,
        Severity,
        Unobserved,
        WatchedTarget,
        Watcher,
    )
    from kampyn_perf.load.coordinator.progress import Progress
    from kampyn_perf.load.coordinator.standby import Standby
    from kampyn_perf.load.direct import DirectRequest, DirectSchedule
    from kampyn_perf.load.distributed.join import join
    from kampyn_perf.load.distributed.remote import Master
    from kampyn_perf.load.options import LoadOptions
    from kampyn_perf.load.request import Bundled, LoadRequest
    from kampyn_perf.load.resolver import resolve
    from kampyn_perf.load.runner import backend_for, run
    from kampyn_perf.recorder.traces import Traces
    from kampyn_perf.results.load import LoadResult

__all__ = [
    "Bundled",
    "BundledProcesses",
    "DirectRequest",
    "DirectSchedule",
    "LoadOptions",
    "LoadRequest",
    "LoadResult",
    "Master",
    "Measured",
    "Observer",
    "Observers",
    "Progress",
    "RunStart",
    "Severity",
    "Standby",
    "Traces",
    "Unobserved",
    "WatchedTarget",
    "Watcher",
    "backend_for",
    "described",
    "flows",
    "join",
    "resolve",
    "run",
]

__getattr__ = on_first_use(
    __name__,
    {
        ".check": ("described", "flows"),
        ".coordinator.ports": (
            "BundledProcesses",
            "Measured",
            "Observer",
            "RunStart",
            "Severity",
            "Unobserved",
            "WatchedTarget",
            "Watcher",
        ),
        ".coordinator.observers": ("Observers",),
        ".coordinator.progress": ("Progress",),
        ".coordinator.standby": ("Standby",),
        ".direct": ("DirectRequest", "DirectSchedule"),
        ".distributed.remote": ("Master",),
        ".distributed.join": ("join",),
        ".request": ("Bundled", "LoadRequest"),
        ".options": ("LoadOptions",),
        ".resolver": ("resolve",),
        ".runner": ("backend_for", "run"),
        "kampyn_perf.recorder.traces": ("Traces",),
        "kampyn_perf.results.load": ("LoadResult",),
    },
)
