"""What makes figures of whole runs doubtful, in words: pure."""

from __future__ import annotations

from collections.abc import Sequence

from kampyn_perf.load.benchmark.attempt import Attempt
from kampyn_perf.load.benchmark.carried import Carried
from kampyn_perf.load.benchmark.processes import Cores
from kampyn_perf.load.benchmark.programs import OURS
from kampyn_perf.units import format_percent

BUSY = 0.2
"""Of the CPU, by other programs: from there on figures are theirs too."""
_APART = 0.15
"""Between the rounds, as a share of the lowest."""
_SERVER_FULL = 0.85
"""Of a core."""
_NOT_OURS = ("others had", "hypervisor", "slept")
"""In the reason of a run that was not valid: it was not the generator's own end."""


def warnings(searches: Sequence[Carried], *, cores: Cores, busy: float) -> list[str]:
    """One sentence each."""
    words = []
    if busy > BUSY:
        words.append(
            f"other programs used {format_percent(round(busy, 2))} of the CPU: on a quiet machine "
            "these figures are higher"
        )
    if cores.generator is None:
        words.append(
            "programs were not pinned to cores: the server, and what else runs, had its share of "
            "the generator's"
        )
    for carried in searches:
        words += _of(carried)
    return words


def others_took_part(carried: Carried, *, busy: float) -> bool:
    """Whether the figure is that of a busy machine, as far as can be seen."""
    return busy > BUSY or (carried.beyond is not None and _by_others(carried.beyond))


def _by_others(attempt: Attempt) -> bool:
    return any(sign in reason for reason in attempt.invalid for sign in _NOT_OURS)


def _of(carried: Carried) -> list[str]:
    words = []
    what = f"{carried.program}, {carried.work.words}"
    low, high = carried.spread
    if len(carried.best) > 1 and high > low * (1 + _APART):
        words.append(f"{what}: the rounds differ, from {low:,.0f} to {high:,.0f} requests/s")
    if any(attempt.server_share > _SERVER_FULL for attempt in carried.best):
        words.append(f"{what}: the server of constants was near its own limit, and may be it")
    if carried.scheduled and carried.beyond is None and carried.best:
        words.append(f"{what}: no rate above was found that is not valid; it may carry more")
    if carried.program == OURS and carried.beyond and _by_others(carried.beyond):
        words.append(f"{what}: what ended the search was others' use of the machine")
    return words
