"""What the suite `generator` measures: the load engine's own client against stock Locust."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kampyn_perf.bench.request import SuiteSettings
from kampyn_perf.bench.suite import Facts, Suite
from kampyn_perf.bench.suites.generator import CLIENTS, GeneratorParts, Round, generator_suite
from kampyn_perf.load.benchmark import FLAT, PACED, Comparison, Figures, Plan, compare

_PLAN = Plan(rounds=1)


def make_generator(wanted: SuiteSettings) -> Suite:  # noqa: ARG001 (it needs none)
    """The suite, round by round, so that an interrupted run keeps the rounds that it had."""
    rounds: list[Comparison] = []

    def round_(number: int, say: Callable[[str], None]) -> Mapping[str, Round]:
        say(f"generator, round {number}")
        comparison = compare(_PLAN)
        rounds.append(comparison)
        return {client: _round(comparison, client) for client in CLIENTS}

    return generator_suite(GeneratorParts(round_=round_, facts=lambda: _facts(rounds)))


def _round(comparison: Comparison, client: str) -> Round:
    flat, paced = comparison.figures[FLAT][client][0], comparison.figures[PACED][client][0]
    return Round(
        flat_ns=1e9 / flat.rate if flat.rate else 0.0,
        cpu_ns=paced.cpu_us_per_request * 1_000,
        p99_ns=paced.p99_us * 1_000,
        failed=flat.failed + paced.failed,
    )


def _facts(rounds: list[Comparison]) -> Facts:
    """The rounds put together: every figure, the medians, and the client's own goals."""
    if not rounds:
        return {}
    together = Comparison(rounds[0].plan, rounds[0].cores)
    for one in rounds:
        for load, by_name in one.figures.items():
            for name, figures in by_name.items():
                _add_all(together, load, name, figures)
    return {"comparison": together.to_json()}


def _add_all(together: Comparison, load: str, name: str, figures: list[Figures]) -> None:
    for one in figures:
        together.add(load, name, one)
