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

from typing import TYPE_CHECKING

from kampyn_perf.lazy import on_first_use

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

__getattr__ = on_first_use(
    __name__,
    {
        ".declare": ("case",),
        ".observer": ("Observer", "Unobserved"),
        ".request": ("BenchRequest", "SuiteSettings", "default_options"),
        ".runner": ("cases", "run"),
        "kampyn_perf.results.bench": ("BenchOptions", "BenchResult"),
    },
)
