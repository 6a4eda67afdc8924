"""Service times over the run, which its breakdown has. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from kampyn_perf.histogram import Layout, rank_of
from kampyn_perf.results.breakdown import Breakdown, Sparse


def service_p95(breakdown: Breakdown) -> dict[int, int]:
    """P95 of the service time (µs) of what succeeded, by the number of the stretch."""
    parts: dict[int, list[Sparse]] = defaultdict(list)
    for group in breakdown.requests:
        for row in group.rows():
            parts[row.at].append(row.service)
    ends = Layout(breakdown.splits_us).ends_us()
    return {
        at: value
        for at, sparse in parts.items()
        if (value := _quantile(sparse, ends, 0.95)) is not None
    }


def _quantile(parts: Sequence[Sparse], ends: np.ndarray, quantile: float) -> int | None:
    """The end of the bucket of the ceil(q n)-th value."""
    places = np.concatenate([part.places for part in parts])
    counts = np.concatenate([part.counts for part in parts])
    total = int(counts.sum())
    if not total:
        return None
    order = np.argsort(places, kind="stable")
    place = int(np.searchsorted(np.cumsum(counts[order]), rank_of(quantile, total)))
    return int(ends[places[order][place]])
