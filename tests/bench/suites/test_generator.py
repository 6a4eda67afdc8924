from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from kampyn_perf.bench.session import Session
from kampyn_perf.bench.suite import Selected
from kampyn_perf.bench.suites.generator import GeneratorParts, Round, generator_suite
from kampyn_perf.errors import KampynError
from kampyn_perf.results.bench import BenchResult, CaseStatus
from tests.bench.conftest import MACHINE, options

LEAN = Round(flat_ns=30_000, cpu_ns=25_000, p99_ns=900_000, failed=0)
STOCK = Round(flat_ns=120_000, cpu_ns=90_000, p99_ns=9_000_000, failed=0)


def run(round_: Callable[..., Mapping[str, Round]], **changed: object) -> BenchResult:
    parts = GeneratorParts(round_=round_, facts=lambda: {"ratio": 4})
    suite = generator_suite(parts)
    session = Session(options=options(**changed), clock=lambda: 0, machine=MACHINE)
    return session.run([Selected(suite, [v for c in suite.cases for v in c.variants()])])


def test_each_round_is_a_sample_of_every_figure() -> None:
    numbers: list[int] = []

    def both(number: int, _say: object) -> Mapping[str, Round]:
        numbers.append(number)
        return {"lean": LEAN, "stock": STOCK}

    result = run(both, iterations=3)

    assert numbers == [1, 2, 3]
    by_name = {case.name: case for case in result.cases}
    assert len(by_name) == 6
    flat = by_name["generator.flat[client=lean]"]
    assert (flat.decode().tolist(), flat.planned) == ([30_000] * 3, 3)
    assert flat.summary is not None and flat.summary.per_second == pytest.approx(1e9 / 30_000)
    assert by_name["generator.cpu[client=stock]"].decode().tolist() == [90_000] * 3
    assert by_name["generator.p99[client=lean]"].decode().tolist() == [900_000] * 3
    assert result.context == {"generator": {"ratio": 4}}


def test_the_default_number_of_iterations_is_no_number_of_rounds() -> None:
    numbers: list[int] = []

    def both(number: int, _say: object) -> Mapping[str, Round]:
        numbers.append(number)
        return {"lean": LEAN, "stock": STOCK}

    run(both, iterations=1000)
    assert numbers == [1, 2, 3, 4, 5]


def test_failed_requests_fail_the_case() -> None:
    failing = Round(flat_ns=1, cpu_ns=1, p99_ns=1, failed=7)
    result = run(lambda _n, _say: {"lean": LEAN, "stock": failing}, iterations=1)
    lean, stock = result.cases[0], result.cases[1]
    assert (lean.status, stock.status) == (CaseStatus.OK, CaseStatus.FAILED)
    assert stock.failures[0].message == "7 requests failed"


def test_an_interrupted_comparison_keeps_its_rounds() -> None:
    def second_is_cut(number: int, _say: object) -> Mapping[str, Round]:
        if number == 2:
            raise KeyboardInterrupt
        return {"lean": LEAN, "stock": STOCK}

    result = run(second_is_cut, iterations=3)
    assert {(c.status, c.completed) for c in result.cases} == {(CaseStatus.INTERRUPTED, 1)}


def test_a_comparison_that_cannot_start_says_so_once_for_each_case() -> None:
    def cannot(_number: int, _say: object) -> Mapping[str, Round]:
        raise KampynError("the server of the comparison did not start")

    cases = run(cannot, iterations=1).cases
    assert len(cases) == 6
    assert {case.failures[0].message for case in cases} == {
        "the server of the comparison did not start"
    }
