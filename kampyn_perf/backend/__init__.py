"""The reference backend. It always runs in processes of its own; a program starts it like this:

    from kampyn_perf import backend

    with backend.start(backend.load_settings(), state_dir=Path("state")) as running:
        print(running.url, running.data_file, running.workers)

`serve` is the same in the calling process, until a signal. Imported when they are used: a worker
needs none of what starts one.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kampyn_perf.backend.launcher import RunningBackend, start
    from kampyn_perf.backend.profiling import find_profiler
    from kampyn_perf.backend.profiling import record as profile
    from kampyn_perf.backend.service import audit_store, seed, serve, stop
    from kampyn_perf.backend.settings import BackendSettings
    from kampyn_perf.backend.settings import load as load_settings
    from kampyn_perf.backend.state import Running, StateFolder, WorkerRecord

_HOMES = {
    "BackendSettings": ("settings", "BackendSettings"),
    "Running": ("state", "Running"),
    "RunningBackend": ("launcher", "RunningBackend"),
    "StateFolder": ("state", "StateFolder"),
    "WorkerRecord": ("state", "WorkerRecord"),
    "audit_store": ("service", "audit_store"),
    "find_profiler": ("profiling", "find_profiler"),
    "profile": ("profiling", "record"),
    "load_settings": ("settings", "load"),
    "seed": ("service", "seed"),
    "serve": ("service", "serve"),
    "start": ("launcher", "start"),
    "stop": ("service", "stop"),
}
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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(f"{__name__}.{module}"), attribute)
