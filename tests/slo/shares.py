"""Bounds of shares of independent samples, for verdicts that need no run."""

from __future__ import annotations

import numpy as np

from kampyn_perf import stats


def independent(hits: float, n: float) -> stats.ShareBounds:
    """Of `hits` in `n` independent samples."""
    interval = stats.proportion_interval(hits, n)
    assert interval.low is not None
    assert interval.high is not None
    return stats.ShareBounds(
        low=np.array(interval.low),
        high=np.array(interval.high),
        effective=np.array(n),
        slow=np.array(False),
    )
