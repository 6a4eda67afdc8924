"""Runs that were made before: read, compared, shown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kampyn_perf import compare
from kampyn_perf.cli import judging as reading
from kampyn_perf.cli.compare import view
from kampyn_perf.cli.compare.flags import Judging, Output
from kampyn_perf.compare import comparable
from kampyn_perf.compare.comparable import Result
from kampyn_perf.compare.settings import Settings
from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.names import RESULT_FILE
from kampyn_perf.results import store, tags
from kampyn_perf.results.comparison import RunName
from kampyn_perf.results.folder import RunKind
from kampyn_perf.results.load import LoadResult

_MOST_ALIKE = 12
"""Runs that are read to see how runs of one configuration differ: more tell little more."""


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
    paths = _found(base)
    first = [reading.read_result(path) for path in paths]
    sides = [paths, _found(new or [_newest_like(first[0])])]
    runs = [first, [reading.read_result(path) for path in sides[1]]]
    named = [
        [name_of(path, run) for path, run in zip(where, side, strict=True)]
        for where, side in zip(sides, runs, strict=True)
    ]
    comparison = compare.judge(
        *runs,
        settings=settings,
        names=(named[0], named[1]),
        alike=_alike(sides, runs, settings) if len(paths) == len(sides[1]) == 1 else (),
    )
    view.show(comparison, output)
    return comparison.exit_code


def _alike(
    sides: Sequence[Sequence[Path]], runs: Sequence[Sequence[Result]], settings: Settings
) -> list[list[Result]]:
    """Other runs of the store that are of one configuration with a side; of each the newest."""
    taken = {path.resolve() for side in sides for path in side}
    groups = []
    for (path,), (run,) in zip(sides, runs, strict=True):
        group: list[Result] = []
        for kept in reversed(store.like(path.resolve().parent)):
            where = kept.folder.resolve() / RESULT_FILE
            if len(group) == _MOST_ALIKE or where in taken:
                continue
            other = reading.read_result(where)
            if comparable.same_configuration(run, other, allowed=settings.allowed):
                group.append(other)
                taken.add(where)
        groups.append(group)
    return groups


def _newest_like(run: Result) -> str:
    """The newest of its kind: a benchmark in between is no obstacle."""
    return (RunKind.LOAD if isinstance(run, LoadResult) else RunKind.BENCH).latest


def _found(references: Sequence[str]) -> list[Path]:
    """Each once, whatever names it."""
    paths = [path for one in references for path in store.find(one)]
    return list({path.resolve(): path for path in paths}.values())


def name_of(path: Path, run: Result) -> RunName:
    """As a comparison names it."""
    folder = path.resolve().parent
    return RunName(
        name=folder.name if path.name == RESULT_FILE else str(path),
        started_at=run.started_at,
        tags=list(tags.read(folder).tags),
    )
