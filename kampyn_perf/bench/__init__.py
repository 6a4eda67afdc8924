"""Benchmark cases, their runner, and the built-in suites.

A benchmark file needs one name of this package, `case`:

    from kampyn_perf import bench

    @bench.case(params={"size": (10, 1000)})
    def count_up(size: int) -> None:
        sum(range(size))

A program that runs one needs two more:

    result = bench.run(bench.BenchRequest(what=("my_benchmarks.py",)))

Floors, from the top: `runner` (the face), with the request and the observer; `find`, which knows
the `built_in` suites; `select` and `session`; `measure`, one case in a round; `loops`; what they
count in (`iterations`, `failures`); what a case is (`declare`, `hooks`). `summary`, `warnings` and
`sparkline` are pure functions of samples. Names are imported on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kampyn_perf.bench.declare import case
    from kampyn_perf.bench.observer import Observer, Unobserved
    from kampyn_perf.bench.request import BenchRequest, SuiteSettings, default_options
    from kampyn_perf.bench.runner import cases, run
    from kampyn_perf.results.bench import BenchOptions, BenchResult

__all__ = [
    "BenchOptions",
    "BenchRequest",
    "BenchResult",
    "Observer",
    "SuiteSettings",
    "Unobserved",
    "case",
    "cases",
    "default_options",
    "run",
]

_MODULES = {
    "BenchOptions": "kampyn_perf.results.bench",
    "BenchRequest": "kampyn_perf.bench.request",
    "BenchResult": "kampyn_perf.results.bench",
    "Observer": "kampyn_perf.bench.observer",
    "SuiteSettings": "kampyn_perf.bench.request",
    "Unobserved": "kampyn_perf.bench.observer",
    "case": "kampyn_perf.bench.declare",
    "cases": "kampyn_perf.bench.runner",
    "default_options": "kampyn_perf.bench.request",
    "run": "kampyn_perf.bench.runner",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value
