"""The reference backend. It always runs in processes of its own; a program starts it like this:

    from kampyn_perf import backend

    with backend.start(backend.load_settings(), state_dir=Path("state")) as running:
        print(running.url, running.data_file, running.workers)

`serve` is the same in the calling process, until a signal. Imported when they are used: a worker
needs none of what starts one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kampyn_perf.lazy import on_first_use

if TYPE_CHECKING:
    from kampyn_perf.backend.launcher import RunningBackend, start
    from kampyn_perf.backend.profiling import find_profiler
    from kampyn_perf.backend.profiling import record as profile
    from kampyn_perf.backend.service import audit_store, seed, serve, stop
    from kampyn_perf.backend.settings import BackendSettings
    from kampyn_perf.backend.settings import load as load_settings
    from kampyn_perf.backend.state import Running, StateFolder, WorkerRecord

__all__ = [
    "BackendSettings",
    "Running",
    "RunningBackend",
    "StateFolder",
    "WorkerRecord",
    "audit_store",
    "find_profiler",
    "load_settings",
    "profile",
    "seed",
    "serve",
    "start",
    "stop",
]

__getattr__ = on_first_use(
    __name__,
    {
        ".launcher": ("RunningBackend", "start"),
        ".profiling": ("find_profiler", "record as profile"),
        ".service": ("audit_store", "seed", "serve", "stop"),
        ".settings": ("BackendSettings", "load as load_settings"),
        ".state": ("Running", "StateFolder", "WorkerRecord"),
    },
)
