"""How often shares and throughput of a run as a whole are judged wrong: rows of
`python -m benchmarks.verdict_simulation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from benchmarks.simulated_runs import BEYOND, PROCESSES, Setting, slowness
from kampyn_perf import stats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FEWEST_CLUMPS = 5
"""Expected in a run; with fewer, no statistics of the run can know what it seldom or never saw."""
RATES = {"throughput, independent": 0.0, "throughput, slow over T/20": 1 / 20,
         "throughput, slow over T/4": 1 / 4}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Errors:
    """What became of the runs of a setting."""

    passed: float
    failed: float
    limit_passed: float
    """The limit, as a multiple of the true share, that 80 % of runs pass."""
    limit_failed: float
    """And the one that 80 % fail; 0 where none is."""


def errors_of(
    setting: Setting, *, runs: int, seed: int, limit: float | None = None, plain: bool = False
) -> Errors:
    """Simulate; `limit` is where it stands if not at the true share, `plain` by ten batches."""
    rng = np.random.default_rng([seed, setting.items, round(setting.share * 1e6)])
    if setting.process in RATES:
        return _rate_errors(rng, setting, runs)
    hits, nearly = (PROCESSES | BEYOND)[setting.process](rng, runs, setting)
    totals = np.full(hits.shape, setting.per_item)
    if plain:
        low, high = _plain(totals, hits)
    else:
        bounds = stats.share_bounds(totals, hits, nearly=nearly)
        low, high = bounds.low, bounds.high
    at = setting.share if limit is None else limit
    return Errors(
        passed=float((high <= at).mean()),
        failed=float((low > at).mean()),
        limit_passed=float(np.quantile(high, 0.8)) / setting.share,
        limit_failed=float(np.quantile(low, 0.2)) / setting.share,
    )


def _rate_errors(rng: np.random.Generator, setting: Setting, runs: int) -> Errors:
    part = RATES[setting.process]
    level = slowness(rng, runs, setting.items, setting.items * part)
    drift = np.exp(0.1 * level - 0.005) if part else np.ones_like(level)
    rates = rng.poisson(setting.rate * drift)
    series = stats.Series(np.ones(rates.shape), rates)
    half = stats.half_width(series)
    low, high = series.ratio - half, series.ratio + half
    return Errors(
        passed=float((low >= setting.rate).mean()),
        failed=float((high < setting.rate).mean()),
        limit_passed=float(np.quantile(low, 0.2)) / setting.rate,
        limit_failed=float(np.quantile(high, 0.8)) / setting.rate,
    )


def _plain(totals: NDArray[np.int64], hits: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """By ten batches and Student's t, whatever hangs together: the method before this one."""
    series = stats.Series(totals, hits)
    variance, freedom = series.between_batches(10)
    half = stdtrit(freedom, 0.975) * np.sqrt(variance)
    return series.ratio - half, series.ratio + half


def settings(processes: Iterator[str] | tuple[str, ...], seconds: int) -> Iterator[Setting]:
    """Every share of every process."""
    for process in processes:
        for share in (0.5, 0.05, 0.01, 0.001):
            yield Setting(process=process, share=share, seconds=seconds)


def table(runs: int, seed: int) -> Iterator[str]:
    """Shares and throughput of a run as a whole."""
    lengths = (20, 60, 420, 7_200)
    yield "| process | " + " | ".join(f"{s} s" for s in lengths) + " | passes | fails |"
    yield "|---|" + "---|" * (len(lengths) + 2)
    for process in [*PROCESSES, *RATES]:
        yield row(process, lengths, runs, seed, fewest=FEWEST_CLUMPS)
    yield "\nOf which a run sees too little:\n"
    for process in BEYOND:
        yield row(process, lengths, runs, seed, fewest=0)


def row(process: str, lengths: tuple[int, ...], runs: int, seed: int, *, fewest: float) -> str:
    """The greatest errors over all shares by length, and what is decided in 420 s at 5 %."""
    cells = []
    for seconds in lengths:
        seen = [s for s in settings((process,), seconds) if s.clumps >= fewest]
        errors = [errors_of(setting, runs=runs, seed=seed) for setting in seen]
        worst = max(error.passed for error in errors), max(error.failed for error in errors)
        cells.append(f"{worst[0] * 100:.1f} / {worst[1] * 100:.1f}")
    usual = errors_of(Setting(process=process, share=0.05, seconds=420), runs=runs, seed=seed)
    power = [f"{usual.limit_passed:.2f}", f"{usual.limit_failed:.2f}"]
    return f"| {process} | " + " | ".join(cells + power) + " |"
