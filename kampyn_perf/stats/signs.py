"""A test of a median that may be looked at after every sample: signs, and a mixture of bets.

Each sample lies above a supposed median m, or not: a coin that is fair, or worse, if m is the
median or lies above it. The test bets on heads with every probability p from 1/2 to 1 at once,
weighted by Jeffreys's Beta(1/2, 1/2) law; the capital it would have is a non-negative
supermartingale, and so ever reaches 1/a with a probability of at most a (Ville, 1939). It may be
looked at after each sample, and stopped by what was seen, and keeps its level. That is the
beta-binomial mixture of Howard, Ramdas, McAuliffe and Sekhon (Annals of Statistics 49, 2021), which
Howard and Ramdas (Bernoulli 28, 2022) invert for quantiles: the medians that are not refused are a
confidence sequence. Nothing is assumed of the distribution, but that samples have one median.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from kampyn_perf.stats.intervals import Interval

_PRIOR = 0.5


def log_capital(heads: int, tosses: int) -> float:
    """The logarithm of what the bets on heads have come to: against a coin that is fair at best."""
    from scipy.special import betainc, betaln

    if not 0 <= heads <= tosses:
        raise ValueError(f"{heads} heads in {tosses} tosses")
    a, b = heads + _PRIOR, tosses - heads + _PRIOR
    upper = float(betainc(b, a, 0.5))  # the mass of the posterior above 1/2
    if upper <= 0:
        return -math.inf
    won = betaln(a, b) + math.log(upper) - betaln(_PRIOR, _PRIOR) - math.log(0.5)
    return float(won + tosses * math.log(2))


def p_above(samples: Sequence[float], median: float) -> float:
    """The evidence against a median of at most `median`: an anytime-valid p-value."""
    values = np.asarray(samples, dtype=np.float64)
    return _p(int((values > median).sum()), values.size)


def p_below(samples: Sequence[float], median: float) -> float:
    """The same against a median of at least `median`."""
    values = np.asarray(samples, dtype=np.float64)
    return _p(int((values < median).sum()), values.size)


def median_interval(samples: Sequence[float], alpha: float) -> Interval:
    """The medians that are not refused at `alpha`, half of it on either side."""
    values = np.sort(np.asarray(samples, dtype=np.float64))
    n = values.size
    heads = next((k for k in range(n // 2, n + 1) if _p(k, n) <= alpha / 2), None)
    if heads is None or not n:
        return Interval(None, None, 1 - alpha)
    # A median below the (n - heads)-th smallest (counted from 0) has that many samples above it.
    return Interval(float(values[n - heads]), float(values[heads - 1]), 1 - alpha)


def pairs_needed(share: float, alpha: float, *, most: int = 10_000) -> int | None:
    """Samples until a coin that shows heads with `share` is told from a fair one at `alpha`, if it
    shows just that share; None where it takes more than `most`."""
    if share <= 0.5:
        return None
    low, high = 1, most
    if _p(math.floor(share * high), high) > alpha:
        return None
    while low < high:
        middle = (low + high) // 2
        if _p(math.floor(share * middle), middle) <= alpha:
            high = middle
        else:
            low = middle + 1
    return low


def _p(heads: int, tosses: int) -> float:
    return min(1.0, math.exp(-log_capital(heads, tosses)))
