"""A result, judged and its verdict written: what `check` does and `load` does at its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf import names
from kampyn_perf.errors import ConfigError, KampynError

if TYPE_CHECKING:
    from kampyn_perf.results.bench import BenchResult
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict
    from kampyn_perf.slo.objectives import Slo


def judge(
    result: LoadResult | BenchResult,
    slo: Slo,
    *,
    strict: bool = False,
    allow_partial: bool = False,
) -> Verdict:
    """The verdict on `result`. Raises KampynError where its histograms or samples are damaged."""
    from kampyn_perf.results import io
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.slo.bench_evidence import BenchEvidence
    from kampyn_perf.slo.load_evidence import LoadEvidence
    from kampyn_perf.slo.verdict import verdict

    evidence = LoadEvidence(result) if isinstance(result, LoadResult) else BenchEvidence(result)
    try:
        return verdict(evidence, slo, strict=strict, allow_partial=allow_partial)
    except ValueError as error:  # what was written encoded is only read when it is judged
        raise KampynError(
            f"the result cannot be judged: {error}",
            hint=io.DAMAGED,
        ) from error


def read_result(path: Path) -> LoadResult | BenchResult:
    """The result at `path`, of either kind. Raises KampynError saying what is wrong with it."""
    from kampyn_perf.results import io
    from kampyn_perf.results.bench import BenchResult
    from kampyn_perf.results.consistency import contradictions
    from kampyn_perf.results.load import LoadResult

    kinds: dict[str, type[LoadResult] | type[BenchResult]] = {
        names.LOAD_SCHEMA: LoadResult,
        names.BENCH_SCHEMA: BenchResult,
    }
    result = io.read(path, kinds)
    if isinstance(result, LoadResult) and (problems := contradictions(result, str(path))):
        raise ConfigError(problems, hint=io.DAMAGED, what="result")
    return result


def write_verdict(verdict: Verdict, path: Path) -> None:
    """Put the verdict's JSON at `path`, whole or not at all."""
    from kampyn_perf.results import io

    io.write(path, verdict)
