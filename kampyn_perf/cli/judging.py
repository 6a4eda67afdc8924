"""Results read and verdicts written: what `check` does and `load` does at its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf import names
from kampyn_perf.errors import ConfigError, KampynError

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


def read_run(run: Path | None) -> tuple[Path, LoadResult | BenchResult]:
    """The result that `run` means, and where it is; without one that of the newest load.

    Raises KampynError where there is none.
    """
    from kampyn_perf.results.folder import RunKind, find_newest, find_result
    from kampyn_perf.results.load import LoadResult

    path = find_newest(RunKind.LOAD) if run is None else find_result(run)
    result = read_result(path)
    if run is None and not isinstance(result, LoadResult):
        raise KampynError(
            f"there is no load to judge: the newest run, {path.resolve().parent.name}, is a "
            "benchmark",
            hint=f"Judge it with kampyn-perf check {RunKind.BENCH.latest}, or run a load first.",
        )
    return path, result


def write_verdict(verdict: Verdict, path: Path) -> None:
    """Put the verdict's JSON at `path`, whole or not at all."""
    from kampyn_perf.results import io

    io.write(path, verdict)
