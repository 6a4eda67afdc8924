"""Results read and verdicts written: what `check` does and `load` does at its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf import names
from kampyn_perf.errors import ConfigError

if TYPE_CHECKING:
    from kampyn_perf.results.bench import BenchResult
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.results.verdict import Verdict


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
