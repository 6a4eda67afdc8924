"""Which run it is, in a line: its name, its kind, when it was, and of what."""

from __future__ import annotations

from pathlib import Path

from kampyn_perf.names import RESULT_FILE
from kampyn_perf.results.bench import BenchResult
from kampyn_perf.results.capacity import CapacityResult
from kampyn_perf.results.load import LoadResult
from kampyn_perf.units import counted, format_moment


def describe(result: LoadResult | BenchResult | CapacityResult, path: Path) -> str:
    """`2026-11-28T05-14-20-quick: load of 2026-11-28 05:14 UTC, profile quick on reference`."""
    return (
        f"{_name(path)}: {_kind(result)} of {format_moment(result.started_at)}, {_subject(result)}"
    )


def _name(path: Path) -> str:
    """Of the run's folder, not of what points at it; of a file that lies elsewhere its path."""
    folder = path.resolve().parent
    return folder.name if path.name == RESULT_FILE else str(path)


def _kind(result: LoadResult | BenchResult | CapacityResult) -> str:
    if isinstance(result, CapacityResult):
        return "capacity search"
    return "load" if isinstance(result, LoadResult) else "benchmark"


def _subject(result: LoadResult | BenchResult | CapacityResult) -> str:
    if isinstance(result, LoadResult):
        return f"profile {result.profile} on {result.target.name}"
    if isinstance(result, CapacityResult):
        return f"{counted(len(result.steps), 'step')} on {result.target.name}"
    suites = dict.fromkeys(case.suite for case in result.cases)
    return f"{len(result.cases)} cases of {', '.join(suites) or 'no suite'}"
