"""What a run carries on this machine, and what the client alone does, beside other generators.

A sample is of a whole round. `generator.mix` and `generator.request` are nanoseconds per request at
the highest valid rate, end to end; `generator.flat` the client alone, flat out, `generator.cpu` its
CPU time per request at a fixed rate and `generator.p99` its P99 there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kampyn_perf.bench.declare import Variant, build
from kampyn_perf.bench.failures import Failure, Stage
from kampyn_perf.bench.measured import Measured
from kampyn_perf.bench.suite import Facts, Suite, Told
from kampyn_perf.results.bench import BenchOptions

MOST_ROUNDS = 3
END_TO_END = ("mix", "request")
CLIENT_ALONE = ("flat", "cpu", "p99")
CLIENTS = ("lean", "stock")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What one round says of one case."""

    ns: float | None
    """None: nothing was valid."""
    failed: int = 0
    """Requests."""
    why: str = ""
    """Nothing was valid."""


@dataclass(frozen=True, kw_only=True)
class GeneratorParts:
    """The comparison."""

    programs: Mapping[str, Sequence[str]]
    """Those that are measured end to end, by case (`END_TO_END`)."""
    round_: Callable[[Collection[str], Callable[[str, str], None]], Mapping[str, Sample]]
    """The names of the variants that are wanted, and whom to tell for which of them what is done;
    answers by those names. Raises KampynError where it cannot."""
    facts: Callable[[], Facts]


def generator_suite(parts: GeneratorParts) -> Suite:
    """Cases `generator.mix` and `.request` by program; `.flat`, `.cpu`, `.p99` by client."""

    def by_program(program: str) -> None:
        raise AssertionError(f"{program} is measured in rounds")

    def by_client(client: str) -> None:
        raise AssertionError(f"{client} is measured in rounds")

    return Suite(
        name="generator",
        cases=[
            *(
                build(by_program, f"generator.{work}", params={"program": parts.programs[work]})
                for work in END_TO_END
            ),
            *(
                build(by_client, f"generator.{figure}", params={"client": CLIENTS})
                for figure in CLIENT_ALONE
            ),
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
        self, variants: Sequence[Variant], options: BenchOptions, told: Told
    ) -> Iterator[Mapping[str, Measured]]:
        planned = min(options.iterations, MOST_ROUNDS)
        known = {variant.name: Measured(planned=planned) for variant in variants}
        for number in range(1, planned + 1):
            told.round_begun(number, planned)
            samples = self._parts.round_(known.keys(), told.doing)
            for name, measured in known.items():
                _add(measured, samples[name])
            yield known


def _add(measured: Measured, sample: Sample) -> None:
    if sample.ns is not None:
        measured.times.append(round(sample.ns))
        measured.elapsed_ns += round(sample.ns)
    if sample.failed:
        _fail(measured, "RequestsFailed", f"{sample.failed} requests failed", sample.failed)
    if sample.ns is None:
        _fail(measured, "NothingValid", f"no rate was valid: {sample.why}", 1)


def _fail(measured: Measured, kind: str, message: str, count: int) -> None:
    measured.failures.append(Failure(Stage.MEASURE, kind, message, "", count))
    measured.failed += count
