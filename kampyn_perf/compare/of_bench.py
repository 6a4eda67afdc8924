"""The figures of a benchmark: the times of each case. Pure; microseconds."""

from __future__ import annotations

import numpy as np

from kampyn_perf.compare.figures import (
    TIME,
    Durations,
    Figure,
    Figures,
    Key,
    blocks_of,
    percentiles_of,
)
from kampyn_perf.results.bench import BenchResult, CaseResult, CaseStatus
from kampyn_perf.results.unit import Unit

_ITEMS = 200
"""Consecutive samples are gathered into so many items at most."""
_GRAIN = 1.0005
"""Values closer together than this count as one."""


def figures_of(result: BenchResult, *, scatter: bool = True) -> Figures:
    """Everything that is compared; a case that failed has no figures."""
    figures: Figures = {}
    for case in result.cases:
        key = Key(scope=f"case {case.name}", metric=TIME, unit=Unit.DURATION)
        times = case.decode() / 1_000
        if case.status is not CaseStatus.OK or not times.size:
            why = case.failures[0].message if case.failures else "it took no sample"
            missing = Key(scope=key.scope, metric=TIME, statistic="p50", unit=Unit.DURATION)
            figures[missing] = Figure(value=None, why=f"the case is {case.status}: {why}")
            continue
        durations = _durations(times, case)
        blocks = blocks_of(durations) if scatter else None
        figures |= percentiles_of(durations, blocks, key, mean=True)
    return figures


def _durations(times: np.ndarray, case: CaseResult) -> Durations:
    rounds = case.rounds if sum(case.rounds) == times.size else [times.size]
    size = max(1, -(-times.size // _ITEMS))
    items, strata, at = [], [], 0
    for number, count in enumerate(rounds):
        held = -(-count // size)
        items += [at + place // size for place in range(count)]
        strata += [number] * held
        at += held
    grains = np.rint(np.log(np.maximum(times, 1e-3)) / np.log(_GRAIN)).astype(np.int64)
    filled, places = np.unique(grains, return_inverse=True)
    counts = np.zeros((at, filled.size), dtype=np.float32)
    np.add.at(counts, (np.asarray(items), places), 1)
    return Durations(counts=counts, values=_GRAIN ** filled.astype(np.float64), strata=strata)
