"""A known result: 1..1000 microseconds in an order without memory, and a case that fails."""

from __future__ import annotations

import pytest

from kampyn_perf.bench.declare import build
from kampyn_perf.bench.session import Session
from kampyn_perf.bench.suite import Selected, Suite
from kampyn_perf.results.bench import BenchResult
from tests.bench.conftest import MACHINE, SHUFFLED, VirtualClock, options, timed_case


@pytest.fixture(scope="package")
def result() -> BenchResult:
    clock = VirtualClock()

    def fails() -> None:
        raise ValueError("a | b\nc")

    known = timed_case(clock, [n * 1_000 for n in SHUFFLED])
    suite = Suite(name="s", cases=[known, build(fails, "fails")])
    session = Session(options=options(), clock=clock, machine=MACHINE)
    return session.run([Selected(suite, [v for c in suite.cases for v in c.variants()])])
