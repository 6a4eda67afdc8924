"""Intervals for shares: how many of n requests failed, and how many of all would."""

from __future__ import annotations

import math
from typing import Literal

from kampyn_perf.stats.intervals import CONFIDENCE, Interval, check_confidence

Method = Literal["wilson", "clopper-pearson"]


def proportion_interval(
    k: float,
    n: float,
    confidence: float = CONFIDENCE,
    *,
    method: Method = "clopper-pearson",
) -> Interval:
    """The shares that k hits in n do not rule out; (0, 1) where n is 0.

    `clopper-pearson` is never less than its confidence (Biometrika 26, 1934): for promises.
    `wilson` is right on average and narrower (Brown, Cai and DasGupta, Statistical Science 16,
    2001): for comparisons. Neither needs whole numbers, so both take a deflated k and n.
    """
    check_confidence(confidence)
    if not 0 <= k <= n:
        raise ValueError(f"{k} hits of {n}")
    if n == 0:
        return Interval(0.0, 1.0, confidence)
    low, high = (_wilson if method == "wilson" else _clopper_pearson)(k, n, confidence)
    return Interval(0.0 if k == 0 else low, 1.0 if k == n else high, confidence)


def samples_without_failure(share: float, confidence: float = CONFIDENCE) -> int:
    """How many requests without a single failure show that failures are rarer than `share`.

    3,688 for 0.1 %: the smallest n whose two-sided Clopper-Pearson interval of 0 in n ends below.
    """
    check_confidence(confidence)
    if not 0 < share < 1:
        raise ValueError(f"a share lies strictly between 0 and 1, not at {share}")
    return math.floor(math.log((1 - confidence) / 2) / math.log1p(-share)) + 1


def _wilson(k: float, n: float, confidence: float) -> tuple[float, float]:
    from scipy.special import ndtri

    z = float(ndtri((1 + confidence) / 2))
    share = k / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def _clopper_pearson(k: float, n: float, confidence: float) -> tuple[float, float]:
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = 0.0 if k == 0 else float(betaincinv(k, n - k + 1, tail))
    high = 1.0 if k == n else float(betaincinv(k + 1, n - k, 1 - tail))
    return low, high
