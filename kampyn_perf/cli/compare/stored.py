"""Runs that were made before: read, compared, shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kampyn_perf import compare
from kampyn_perf.cli import alike, naming
from kampyn_perf.cli import judging as reading
from kampyn_perf.cli.compare import view
from kampyn_perf.cli.compare.flags import Judging, Output
from kampyn_perf.compare.comparable import Result
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.results import store
from kampyn_perf.results.folder import RunKind
from kampyn_perf.results.load import LoadResult


def compare_stored(
    base: Sequence[str], new: Sequence[str], judging: Judging, output: Output
) -> ExitCode:
    """Exit code of the comparison."""
    if not base:
        raise KampynError(
            "there is nothing to compare with",
            hint="Name two runs, base first: kampyn-perf compare main latest-load",
        )
    settings = judging.settings()
    paths = _paths_of(base)
    first = [reading.read_result(path) for path in paths]
    sides = [paths, _paths_of(new or [_newest_like(first[0])])]
    runs = [first, [reading.read_result(path) for path in sides[1]]]
    named = [
        [naming.name_of(path, run) for path, run in zip(where, side, strict=True)]
        for where, side in zip(sides, runs, strict=True)
    ]
    comparison = compare.judge(
        *runs,
        settings=settings,
        names=(named[0], named[1]),
        alike=alike.groups(
            [(where[0], side[0]) for where, side in zip(sides, runs, strict=True)],
            allowed=settings.allowed,
        )
        if len(paths) == len(sides[1]) == 1 and settings.between_runs is None
        else (),
    )
    view.show(comparison, output)
    return comparison.exit_code


def _newest_like(run: Result) -> str:
    """The newest of its kind: a benchmark in between is no obstacle."""
    return (RunKind.LOAD if isinstance(run, LoadResult) else RunKind.BENCH).latest


def _paths_of(references: Sequence[str]) -> list[Path]:
    """Each once, whatever names it."""
    paths = [path for reference in references for path in store.find(reference)]
    return list({path.resolve(): path for path in paths}.values())
