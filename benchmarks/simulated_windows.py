"""How often an objective over windows (`for: 30s`, `within: 5m`) is wrong: rows of
`python -m benchmarks.verdict_simulation`.

The limit stands exactly at the true share of the worst window. In a system that is the same all the
time that is the share of all; in one that is bad for a while, that of the worst while of this run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.simulated_runs import PROCESSES, Setting, slowness
from benchmarks.simulated_shares import Errors
from kampyn_perf import stats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

STATIONARY = ("independent", "batches of 5", "times, slow over 1 s")
SLOW = {"failures, slow over T/20": 1 / 20, "failures, slow over T/4": 1 / 4}
SHOWN = (*STATIONARY, *SLOW, "daily ramp")
SHARES = (0.5, 0.05, 0.01)
WINDOWS = ((30, 420), (30, 7_200), (120, 420))
"""How long a window is, and the run: seconds."""
WITHIN = 300
"""Seconds: `within: 5m`, of the long run."""


def drawn(
    rng: np.random.Generator, runs: int, setting: Setting
) -> tuple[Ints, list[Ints], Floats | float]:
    """Events, those that were nearly events, and the true share of each item."""
    if setting.process in STATIONARY:
        return *PROCESSES[setting.process](rng, runs, setting), setting.share
    if setting.process in SLOW:
        level = slowness(rng, runs, setting.items, setting.items * SLOW[setting.process])
        share = np.minimum(setting.share * np.exp(0.7 * level - 0.245), 1)
    else:
        place = (np.arange(setting.items) + 0.5) / setting.items
        share = np.broadcast_to(2 * setting.share * place, (runs, setting.items))
    return rng.binomial(setting.per_item, share), [], share


def errors_of(setting: Setting, window: int, *, runs: int, seed: int) -> Errors:
    """As `slo.evidence.windows` has it: the worst upper end, and the worst lower one of intervals
    that know of each other."""
    rng = np.random.default_rng([seed, setting.items, window, round(setting.share * 1e6)])
    hits, nearly, share = drawn(rng, runs, setting)
    true = np.broadcast_to(share, hits.shape)
    totals = np.full(hits.shape, setting.per_item)
    width = setting.seconds // setting.items
    size = -(-window // width)
    first = max(0, setting.items - WITHIN // width) if setting.seconds > 2 * WITHIN else 0
    last = setting.items - size
    starts = sorted({*range(first, last + 1, max(1, size // 2)), last})
    high, low, limit = (np.zeros(runs) for _ in range(3))
    confidence = 1 - (1 - stats.CONFIDENCE) / len(starts)
    for start in starts:
        part = np.s_[:, start : start + size]
        near = [each[part] for each in nearly]
        own = stats.share_bounds(totals[part], hits[part], nearly=near)
        together = stats.share_bounds(totals[part], hits[part], confidence=confidence)
        high, low = np.maximum(high, own.high), np.maximum(low, together.low)
        limit = np.maximum(limit, true[part].mean(axis=1))
    return Errors(
        passed=float((high <= limit).mean()),
        failed=float((low > limit).mean()),
        limit_passed=float(np.quantile(high / limit, 0.8)),
        limit_failed=float(np.quantile(low / limit, 0.2)),
    )


def table(runs: int, seed: int) -> Iterator[str]:
    """The rows, false passes / false fails in percent, the greatest over all shares."""
    heads = [f"{window} s of {seconds} s" for window, seconds in WINDOWS]
    yield "| windows | " + " | ".join(heads) + " | passes |"
    yield "|---|" + "---|" * (len(heads) + 1)
    for process in SHOWN:
        cells = []
        for window, seconds in WINDOWS:
            every = [
                errors_of(
                    Setting(process=process, share=share, seconds=seconds),
                    window,
                    runs=runs,
                    seed=seed,
                )
                # A half that comes and goes would be all of it for a while, beyond which there is
                # nothing.
                for share in (SHARES[1:] if process in SLOW else SHARES)
            ]
            worst = max(one.passed for one in every), max(one.failed for one in every)
            cells.append(f"{worst[0] * 100:.1f} / {worst[1] * 100:.1f}")
        usual = Setting(process=process, share=0.05, seconds=420)
        passes = errors_of(usual, 30, runs=runs, seed=seed).limit_passed
        yield f"| {process} | " + " | ".join(cells) + f" | {passes:.2f} |"
