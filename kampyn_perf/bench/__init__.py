"""Benchmark cases, their runner, and the built-in suites.

A benchmark file needs one name of this package, `case`:

    from kampyn_perf import bench

    @bench.case(params={"size": (10, 1000)})
    def count_up(size: int) -> None:
        sum(range(size))
"""

from kampyn_perf.bench.case import case

__all__ = ["case"]
