"""The fixtures of the benchmarks' own tests."""

from tests.bench.conftest import bench, bench_file  # noqa: F401 (fixtures)
