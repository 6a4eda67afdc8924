"""How often an objective over windows (`for: 30s`, `within: 5m`) is wrong: rows of
`python -m benchmarks.verdict_simulation`.

The true share is the same in every window, and the limit stands exactly there.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.verdict_simulation import PROCESSES, Errors, Setting
from kampyn_perf import stats

SHOWN = (
    "independent",
    "batches of 5",
    "times, slow over 1 s",
    "times, slow over T/20",
    "times, slow over T/4",
    "failures, slow over T/20",
    "one bad endpoint",
)
SHARES = (0.5, 0.05, 0.01)
WINDOWS = ((30, 420), (30, 7_200), (120, 420))
"""How long a window is, and the run: seconds."""
WITHIN = 300
"""Seconds: `within: 5m`, of the long run."""


def errors_of(setting: Setting, window: int, *, runs: int, seed: int) -> Errors:
    """As `slo.evidence.windows` has it: the worst upper end, and the worst lower one of intervals
    that know of each other."""
    rng = np.random.default_rng([seed, setting.items, window, round(setting.share * 1e6)])
    hits, nearly = PROCESSES[setting.process](rng, runs, setting)
    totals = np.full(hits.shape, setting.per_item)
    width = setting.seconds // setting.items
    size = -(-window // width)
    first = max(0, setting.items - WITHIN // width) if setting.seconds > 2 * WITHIN else 0
    last = setting.items - size
    starts = sorted({*range(first, last + 1, max(1, size // 2)), last})
    high, low = np.zeros(runs), np.zeros(runs)
    confidence = 1 - (1 - stats.CONFIDENCE) / len(starts)
    for start in starts:
        part = np.s_[:, start : start + size]
        near = [each[part] for each in nearly]
        own = stats.share_bounds(totals[part], hits[part], nearly=near)
        together = stats.share_bounds(totals[part], hits[part], confidence=confidence)
        high, low = np.maximum(high, own.high), np.maximum(low, together.low)
    return Errors(
        passed=float((high <= setting.share).mean()),
        failed=float((low > setting.share).mean()),
        limit_passed=float(np.quantile(high, 0.8)) / setting.share,
        limit_failed=float(np.quantile(low, 0.2)) / setting.share,
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
                for share in SHARES
            ]
            worst = max(one.passed for one in every), max(one.failed for one in every)
            cells.append(f"{worst[0] * 100:.1f} / {worst[1] * 100:.1f}")
        usual = Setting(process=process, share=0.05, seconds=420)
        passes = errors_of(usual, 30, runs=runs, seed=seed).limit_passed
        yield f"| {process} | " + " | ".join(cells) + f" | {passes:.2f} |"
