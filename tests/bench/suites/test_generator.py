from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from kampyn_perf.bench.session import Session
from kampyn_perf.bench.suite import Selected
from kampyn_perf.bench.suites.generator import GeneratorParts, Sample, generator_suite
from kampyn_perf.errors import KampynError
from kampyn_perf.results.bench import BenchResult, CaseStatus
from tests.bench.conftest import MACHINE, options

PROGRAMS = {"mix": ("kampyn-perf", "locust"), "request": ("kampyn-perf", "locust", "wrk")}
SAMPLES = {
    "generator.mix[program=kampyn-perf]": Sample(ns=119_000),
    "generator.mix[program=locust]": Sample(ns=250_000),
    "generator.request[program=kampyn-perf]": Sample(ns=80_000),
    "generator.request[program=locust]": Sample(ns=200_000),
    "generator.request[program=wrk]": Sample(ns=8_000),
    "generator.flat[client=lean]": Sample(ns=30_000),
    "generator.flat[client=stock]": Sample(ns=120_000),
    "generator.cpu[client=lean]": Sample(ns=25_000),
    "generator.cpu[client=stock]": Sample(ns=90_000),
    "generator.p99[client=lean]": Sample(ns=900_000),
    "generator.p99[client=stock]": Sample(ns=9_000_000),
}


def run(round_: Callable[..., Mapping[str, Sample]], **changed: object) -> BenchResult:
    parts = GeneratorParts(programs=PROGRAMS, round_=round_, facts=lambda: {"ratio": 4})
    suite = generator_suite(parts)
    session = Session(options=options(**changed), clock=lambda: 0, machine=MACHINE)
    return session.run([Selected(suite, [v for c in suite.cases for v in c.variants()])])


def test_each_round_is_a_sample_of_every_figure() -> None:
    numbers: list[int] = []

    def all_of_them(number: int, names: object, _say: object) -> Mapping[str, Sample]:
        numbers.append(number)
        assert set(names) == SAMPLES.keys()  # type: ignore[call-overload]
        return SAMPLES

    result = run(all_of_them, iterations=2)

    assert numbers == [1, 2]
    by_name = {case.name: case for case in result.cases}
    assert by_name.keys() == SAMPLES.keys()
    mix = by_name["generator.mix[program=kampyn-perf]"]
    assert (mix.decode().tolist(), mix.planned) == ([119_000] * 2, 2)
    assert mix.summary is not None and mix.summary.per_second == pytest.approx(1e9 / 119_000)
    assert by_name["generator.cpu[client=stock]"].decode().tolist() == [90_000] * 2
    assert result.context == {"generator": {"ratio": 4}}


def test_the_default_number_of_iterations_is_no_number_of_rounds() -> None:
    numbers: list[int] = []

    def counted(number: int, _names: object, _say: object) -> Mapping[str, Sample]:
        numbers.append(number)
        return SAMPLES

    run(counted, iterations=1000)
    assert numbers == [1, 2, 3]


@pytest.mark.parametrize(
    ("sample", "words"),
    [
        (Sample(ns=1, failed=7), "7 requests failed"),
        (
            Sample(ns=None, why="the generator was late"),
            "no rate was valid: the generator was late",
        ),
    ],
)
def test_what_failed_or_was_never_valid_fails_its_case_alone(sample: Sample, words: str) -> None:
    name = "generator.mix[program=locust]"
    result = run(lambda _n, _names, _say: {**SAMPLES, name: sample}, iterations=1)
    by_name = {case.name: case for case in result.cases}
    assert by_name.pop(name).status is CaseStatus.FAILED
    assert {case.status for case in by_name.values()} == {CaseStatus.OK}
    assert result.find(name).failures[0].message == words  # type: ignore[union-attr]


def test_an_interrupted_comparison_keeps_its_rounds() -> None:
    def second_is_cut(number: int, _names: object, _say: object) -> Mapping[str, Sample]:
        if number == 2:
            raise KeyboardInterrupt
        return SAMPLES

    result = run(second_is_cut, iterations=3)
    assert {(c.status, c.completed) for c in result.cases} == {(CaseStatus.INTERRUPTED, 1)}


def test_a_comparison_that_cannot_start_says_so_once_for_each_case() -> None:
    def cannot(_number: int, _names: object, _say: object) -> Mapping[str, Sample]:
        raise KampynError("the server of the comparison did not start")

    cases = run(cannot, iterations=1).cases
    assert len(cases) == len(SAMPLES)
    assert {case.failures[0].message for case in cases} == {
        "the server of the comparison did not start"
    }
