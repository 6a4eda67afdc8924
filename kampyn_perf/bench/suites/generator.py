"""What this machine can generate per core: the lean client against stock Locust, in rounds.

Samples are of whole rounds: nanoseconds per request flat out (`generator.flat`), of CPU time per
request at a fixed rate (`generator.cpu`), and the P99 at that rate (`generator.p99`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kampyn_perf.bench.declare import Variant, build
from kampyn_perf.bench.failures import Failure, Stage
from kampyn_perf.bench.measured import Measured
from kampyn_perf.bench.suite import Facts, Suite
from kampyn_perf.results.bench import BenchOptions

MOST_ROUNDS = 5
CLIENTS = ("lean", "stock")


@dataclass(frozen=True)
class Round:
    """One round of one generator."""

    flat_ns: float
    """Per request, flat out."""
    cpu_ns: float
    """CPU time per request at the rate."""
    p99_ns: float
    """At the rate."""
    failed: int
    """Requests."""


@dataclass(frozen=True, kw_only=True)
class GeneratorParts:
    """The comparison. `round_` runs each generator once; raises KampynError where it cannot."""

    round_: Callable[[int, Callable[[str], None]], Mapping[str, Round]]
    """The number of the round, and whom to tell what is done; answers by client."""
    facts: Callable[[], Facts]


def generator_suite(parts: GeneratorParts) -> Suite:
    """Cases `generator.flat`, `generator.cpu`, `generator.p99`, by client."""

    def never(client: str) -> None:
        raise AssertionError(f"{client} is measured in rounds")

    return Suite(
        name="generator",
        cases=[
            build(never, f"generator.{figure}", params={"client": CLIENTS})
            for figure in ("flat", "cpu", "p99")
        ],
        rounds=_Rounds(parts),
    )


class _Rounds:
    """See `suite.Rounds`."""

    def __init__(self, parts: GeneratorParts) -> None:
        self._parts = parts

    @property
    def facts(self) -> Facts:
        return self._parts.facts()

    def __call__(
        self, variants: Sequence[Variant], options: BenchOptions, say: Callable[[str], None]
    ) -> Iterator[Mapping[str, Measured]]:
        planned = min(options.iterations, MOST_ROUNDS)
        known = {variant.name: Measured(planned=planned) for variant in variants}
        for number in range(1, planned + 1):
            rounds = self._parts.round_(number, say)
            for variant in variants:
                _add(known[variant.name], variant, rounds[str(variant.values["client"])])
            yield known


def _add(measured: Measured, variant: Variant, round_: Round) -> None:
    figure = variant.case.name.rpartition(".")[2]
    value: Any = getattr(round_, f"{figure}_ns")
    measured.times.append(round(value))
    measured.elapsed_ns += round(value)
    if round_.failed:
        measured.failures.append(
            Failure(
                Stage.MEASURE,
                "RequestsFailed",
                f"{round_.failed} requests failed",
                "",
                round_.failed,
            )
        )
        measured.failed += round_.failed
