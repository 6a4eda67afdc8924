"""Other stored runs of the same configuration: how runs differ that nothing was changed between."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kampyn_perf.names import RESULT_FILE

if TYPE_CHECKING:
    from kampyn_perf.compare.comparable import Result
    from kampyn_perf.compare.settings import Condition
    from kampyn_perf.results.capacity import CapacityResult
    from kampyn_perf.slo.evidence.baseline import Apart
    from kampyn_perf.slo.objective import Objective
    from kampyn_perf.slo.objectives import Slo

    AnyResult = Result | CapacityResult

MOST = 12
"""Runs that are read of each configuration: more tell little more, and take time to read."""


def groups(
    sides: Sequence[tuple[Path, Result]], *, allowed: Sequence[Condition] = ()
) -> list[list[Result]]:
    """For each of `sides`, a result and where it is, the newest others beside it; each run once."""
    from kampyn_perf.cli import judging
    from kampyn_perf.compare import comparable
    from kampyn_perf.errors import KampynError
    from kampyn_perf.results import store

    taken = {path.resolve() for path, _ in sides}
    all_groups: list[list[Result]] = []
    for path, run in sides:
        group: list[Result] = []
        for kept in reversed(store.like(path.resolve().parent)):
            where = kept.folder.resolve() / RESULT_FILE
            if len(group) == MOST or where in taken:
                continue
            try:
                other = judging.read_result(where)
            except KampynError:  # damaged, or of a later version: it tells nothing here
                continue
            if comparable.same_configuration(run, other, allowed=allowed):
                group.append(other)
                taken.add(where)
        all_groups.append(group)
    return all_groups


def apart_of(slo: Slo, baseline: tuple[Path, Result] | None, run: tuple[Path, AnyResult]) -> Apart:
    """By how much runs like these two differ, for objectives against a baseline; nothing is read
    where there is none of these."""
    from kampyn_perf.results.load import LoadResult
    from kampyn_perf.slo.evidence.baseline import nobody_knows

    asked = any(objective.target.relative for objective in slo.objectives.values())
    if baseline is None or not asked:
        return nobody_knows
    from kampyn_perf.compare.judging import spread_of

    sides = [(where, result) for where, result in (baseline, run) if isinstance(result, LoadResult)]
    spread = spread_of(groups(sides))

    def apart(objective: Objective) -> float | None:
        scope = objective.scope
        part = "" if not scope.name else f"{scope.kind.value} {scope.name}"
        return spread.share(part, objective.statistic)

    return apart
