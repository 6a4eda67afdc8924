from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

import pytest

from kampyn_perf.bench.observer import Unobserved
from kampyn_perf.bench.session import Session
from kampyn_perf.bench.suite import Selected
from kampyn_perf.bench.suites.generator import GeneratorParts, Sample, generator_suite
from kampyn_perf.errors import KampynError
from kampyn_perf.results.bench import BenchResult, CaseStatus
from tests.bench.conftest import MACHINE, options

Samples = Mapping[str, Sample]
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


class Heard(Unobserved):
    """What an observer is told of rounds and of what is done in them."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def started(self, name: str, number: int, total: int) -> None:
        self.words.append(f"{number}/{total} {name}")

    def round_begun(self, suite: str, number: int, total: int) -> None:
        self.words.append(f"{suite}, round {number} of {total}")


def run(
    round_: Callable[..., Mapping[str, Sample]], heard: Heard | None = None, **changed: object
) -> BenchResult:
    parts = GeneratorParts(programs=PROGRAMS, round_=round_, facts=lambda: {"ratio": 4})
    suite = generator_suite(parts)
    session = Session(
        options=options(**changed), clock=lambda: 0, machine=MACHINE, observer=heard or Heard()
    )
    return session.run([Selected(suite, [v for c in suite.cases for v in c.variants()])])


def test_each_round_is_a_sample_of_every_figure() -> None:
    def all_of_them(names: Collection[str], tell: Callable[[str, str], None]) -> Samples:
        assert set(names) == SAMPLES.keys()
        tell("generator.mix[program=locust]", "locust, the documented mix")
        return SAMPLES

    heard = Heard()
    result = run(all_of_them, heard, iterations=2)

    assert heard.words == [
        "generator, round 1 of 2",
        "2/11 locust, the documented mix",
        "generator, round 2 of 2",
        "2/11 locust, the documented mix",
    ]
    by_name = {case.name: case for case in result.cases}
    assert by_name.keys() == SAMPLES.keys()
    mix = by_name["generator.mix[program=kampyn-perf]"]
    assert (mix.decode().tolist(), mix.planned) == ([119_000] * 2, 2)
    assert mix.summary is not None and mix.summary.per_second == pytest.approx(1e9 / 119_000)
    assert by_name["generator.cpu[client=stock]"].decode().tolist() == [90_000] * 2
    assert result.context == {"generator": {"ratio": 4}}


def test_the_default_number_of_iterations_is_no_number_of_rounds() -> None:
    heard = Heard()
    run(lambda _names, _tell: SAMPLES, heard, iterations=1000)
    assert heard.words == [f"generator, round {number} of 3" for number in (1, 2, 3)]


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
    result = run(lambda _names, _tell: {**SAMPLES, name: sample}, iterations=1)
    by_name = {case.name: case for case in result.cases}
    assert by_name.pop(name).status is CaseStatus.FAILED
    assert {case.status for case in by_name.values()} == {CaseStatus.OK}
    assert result.find(name).failures[0].message == words  # type: ignore[union-attr]


def test_an_interrupted_comparison_keeps_its_rounds() -> None:
    rounds = iter([SAMPLES])

    def second_is_cut(_names: object, _tell: object) -> Samples:
        if (samples := next(rounds, None)) is None:
            raise KeyboardInterrupt
        return samples

    result = run(second_is_cut, iterations=3)
    assert {(c.status, c.completed) for c in result.cases} == {(CaseStatus.INTERRUPTED, 1)}


def test_a_comparison_that_cannot_start_says_so_once_for_each_case() -> None:
    def cannot(_names: object, _tell: object) -> Samples:
        raise KampynError("the server of the comparison did not start")

    cases = run(cannot, iterations=1).cases
    assert len(cases) == len(SAMPLES)
    assert {case.failures[0].message for case in cases} == {
        "the server of the comparison did not start"
    }
