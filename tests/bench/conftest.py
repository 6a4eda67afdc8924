"""A clock that only cases move, and a runner on it: measured times are exactly those asked for."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from kampyn_perf.bench.declare import Case, Variant, build
from kampyn_perf.bench.measure import measure
from kampyn_perf.bench.measured import Measured
from kampyn_perf.machine import Machine
from kampyn_perf.results.bench import BenchOptions
from tests.bench.program import Bench, bench_in

MACHINE = Machine(
    hostname="here",
    os="Linux 6",
    cpu="A processor",
    cores=2,
    memory_bytes=2**30,
    python="3.11.7",
    versions={"kampyn-perf": "0"},
    git_commit="0123456789ab+",
)


SHUFFLED: list[int] = np.random.default_rng(7).permutation(np.arange(1, 1001)).tolist()
"""1 to 1000, in an order without memory."""


@pytest.fixture(autouse=True)
def _young_heap() -> None:
    """Each case is measured after a full collection, which need not walk through all that thousands
    of tests have imported and kept."""
    gc.freeze()


class VirtualClock:
    """Nanoseconds that pass only when somebody says so."""

    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> int:
        return self.now

    def take(self, ns: int) -> None:
        self.now += ns


def options(**changed: object) -> BenchOptions:
    values: dict[str, object] = {
        "iterations": 1000,
        "warmup": 0,
        "max_time_ns": 10**15,
        "timeout_ns": 20 * 10**9,
        "max_failures": 10,
        "collect_garbage": False,
    }
    return BenchOptions.model_validate(values | changed)


def timed_case(clock: VirtualClock, durations: Sequence[int]) -> Case:
    """A case whose calls take `durations` nanoseconds, in this order, exactly."""
    left = iter(durations)

    def known() -> None:
        clock.take(next(left))

    return build(known, "known")


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as found:
        yield found


Run = Callable[..., Measured]


@pytest.fixture
def run(clock: VirtualClock, runner: asyncio.Runner) -> Run:
    def go(case: Case, **changed: object) -> Measured:
        variant = next(iter(case.variants()))
        return measure(variant, options(**changed), clock=clock, runner=runner)

    return go


def only(case: Case) -> Variant:
    (variant,) = case.variants()
    return variant


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """The real program, run in `tmp_path`."""
    return bench_in(tmp_path)


@pytest.fixture
def bench_file(tmp_path: Path) -> Callable[[str], Path]:
    """Write a benchmark file; the import line is put before it."""
    numbers = iter(range(100))

    def write(body: str, name: str = "") -> Path:
        path = tmp_path / f"{name or f'cases_{next(numbers)}_{tmp_path.name}'}.py".replace("-", "_")
        path.write_text(f"from kampyn_perf import bench\n\n{body}", encoding="utf-8")
        return path

    return write
