"""How often an objective against a baseline (`<= +10 %`) is wrong: rows of
`python -m benchmarks.verdict_simulation`.

The system is exactly 10 % slower than its baseline, and runs of one system differ as is assumed of
them (by 10 % at most in 95 of 100 cases) for reasons that none of them shows. The interval of each
run's percentile is read off a grid of thresholds, at each of which the verdict's own question is
asked.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from benchmarks.simulated_runs import SPREAD, slowness
from kampyn_perf import stats
from kampyn_perf.slo.evidence.bounds import NEARLY
from kampyn_perf.stats.between_runs import BETWEEN_RUNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHANGE = 0.1
QUANTILES = (0.5, 0.95, 0.99)
PROCESSES = {
    "independent": (0.0, 0.0),
    "slow over 1 s": (0.0, 0.5),
    "slow over T/20": (1 / 20, 0.1),
    "slow over T/4": (1 / 4, 0.1),
}
"""Over which part of the run slowness is forgotten, and how much of the variance it is."""
LENGTHS = (60, 420)
RATE = 120
GRID = np.exp(np.linspace(-0.9, 0.9, 73))
"""Thresholds, as multiples of the true percentile."""


def interval(
    rng: np.random.Generator, runs: int, seconds: int, q: float, process: str
) -> tuple[Floats, Floats, Floats]:
    """Both ends for each run and what was observed, as multiples of the true percentile; 0 and
    infinite where open."""
    part, weight = PROCESSES[process]
    level = np.sqrt(weight) * slowness(rng, runs, seconds, seconds * part)
    level += rng.normal(0, np.log1p(BETWEEN_RUNS) / 1.96 / np.sqrt(2), (runs, 1)) / SPREAD
    edge = ndtri(q) + np.log(np.sort([*GRID, *(g / f for g in GRID for f in NEARLY)])) / SPREAD
    shares = [1 - ndtr((each - level) / np.sqrt(1 - weight)) for each in edge]
    hits = [rng.binomial(RATE, shares[0])]
    for before, after in itertools.pairwise(shares):
        hits.append(rng.binomial(hits[-1], np.minimum(after / np.maximum(before, 1e-300), 1)))
    order = np.exp((edge - ndtri(q)) * SPREAD)
    totals = np.full((runs, seconds), RATE)
    low, high = np.zeros(runs), np.full(runs, np.inf)
    for threshold in GRID:
        at = int(np.argmin(np.abs(order - threshold)))
        near = [hits[int(np.argmin(np.abs(order - threshold / factor)))] for factor in NEARLY]
        found = stats.share_bounds(totals, hits[at], nearly=near)
        low = np.where(found.low > 1 - q, threshold, low)
        high = np.where((found.high <= 1 - q) & np.isinf(high), threshold, high)
    beyond = np.stack([each.sum(axis=1) / (RATE * seconds) for each in hits], axis=1)
    first = np.argmax(beyond <= 1 - q, axis=1)
    return low, order[first], high


def ratio(run: tuple[Floats, ...], base: tuple[Floats, ...]) -> tuple[Floats, Floats]:
    """Both ends of the ratio of two runs, as the verdict makes them of two intervals."""
    with np.errstate(divide="ignore"):
        logs = [np.log(each) for each in (*run, *base)]
    low, seen, high, base_low, base_seen, base_high = logs
    between = np.log1p(BETWEEN_RUNS) ** 2
    down = np.sqrt((seen - low) ** 2 + (base_high - base_seen) ** 2 + between)
    up = np.sqrt((high - seen) ** 2 + (base_seen - base_low) ** 2 + between)
    return np.exp(seen - base_seen - down), np.exp(seen - base_seen + up)


def table(runs: int, seed: int) -> Iterator[str]:
    """The rows, false passes / false fails in percent, the greatest over P50, P95 and P99; and the
    change up to which `<= +10 %` passes in 80 % of runs of 420 s, for P95."""
    yield "| baseline, <= +10 % | " + " | ".join(f"{s} s" for s in LENGTHS) + " | passes |"
    yield "|---|" + "---|" * (len(LENGTHS) + 1)
    for number, process in enumerate(PROCESSES):
        cells, passes = [], "none"
        for seconds in LENGTHS:
            worst = [0.0, 0.0]
            for q in QUANTILES:
                rng = np.random.default_rng([seed, number, seconds, round(q * 1000)])
                base, run = (interval(rng, runs, seconds, q, process) for _ in range(2))
                # Ratios of the two, as multiples of the true one, which is at the limit.
                lower, upper = ratio(run, base)
                worst[0] = max(worst[0], float((upper <= 1).mean()))
                worst[1] = max(worst[1], float((lower > 1).mean()))
                if q == 0.95 and seconds == max(LENGTHS):
                    top = float(np.quantile(upper, 0.8, method="higher"))
                    change = (1 + CHANGE) / top - 1
                    passes = f"{change * 100:+.0f} %" if np.isfinite(top) else "never"
            cells.append(f"{worst[0] * 100:.1f} / {worst[1] * 100:.1f}")
        yield f"| {process} | " + " | ".join(cells) + f" | {passes} |"
