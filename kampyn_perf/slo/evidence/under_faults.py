"""Which stretches of a run lay under faults; requests without those, or of those alone. Pure.

A stretch belongs to a fault where any part of it does, its time to settle included; a request to
the stretch in which it ended. Unit: whole microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf.results.latency import Latency
from kampyn_perf.results.load import LoadResult
from kampyn_perf.slo.evidence.counted import Counted, Times
from kampyn_perf.slo.evidence.recovery import Span
from kampyn_perf.slo.objectives import Under

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Faults:
    """The faults of a run that began."""

    windows_us: tuple[tuple[int, int], ...] = ()
    names: tuple[str, ...] = ()
    ends_us: tuple[int, ...] = ()
    """Without the time to settle."""

    @classmethod
    def of(cls, result: LoadResult) -> Faults:
        """One that goes on lasts until now."""
        begun = [one for one in result.faults if one.began]
        ends = [result.elapsed_us if one.end_us is None else one.end_us for one in begun]
        return cls(
            tuple(
                (one.start_us, end + one.settle_us) for one, end in zip(begun, ends, strict=True)
            ),
            tuple(one.name for one in begun),
            tuple(ends),
        )

    def spans(self, from_us: int, until_us: int) -> list[Span]:
        """Each by itself, with the time before and after it in which no other was."""
        made = []
        for (start, _), name, end in zip(self.windows_us, self.names, self.ends_us, strict=True):
            others = [each for each in self.windows_us if each[0] < start]
            later = [first for first, _ in self.windows_us if first > start]
            made.append(
                Span(
                    name=name,
                    start_us=start,
                    end_us=end,
                    from_us=max([from_us, *(last for _, last in others)]),
                    until_us=min([until_us, *later]),
                )
            )
        return made

    def cover(self, counted: Counted) -> NDArray[np.bool_]:
        """Of each item, whether it lay under one."""
        start, width = counted.at * counted.width_us, counted.width_us
        under = np.zeros(counted.at.size, dtype=np.bool_)
        for first, last in self.windows_us:
            under |= (start <= last) & (start + width > first)
        return under

    def part(self, counted: Counted, under: Under) -> Counted:
        """What the objective asks for."""
        if not self.windows_us or under is Under.COUNTED:
            return counted
        covered = self.cover(counted)
        kept = covered if under is Under.ONLY else ~covered
        left_out = frozenset(counted.at[~kept].tolist())
        return replace(counted.part(kept), left_out=left_out)

    def masked_us(self, counted: Counted) -> int:
        """How much of the time is left out."""
        stretches = np.unique(counted.at[self.cover(counted)])
        return int(stretches.size) * counted.width_us


def latency_of(whole: Latency, times: Times) -> Latency:
    """Of a part of the requests: count, mean and maximum, as exact as buckets are."""
    count = times.count
    longest = int(times.last_us.max()) if count else None
    if longest is not None and whole.max_us is not None:
        longest = min(longest, whole.max_us)
    mean = float(times.sums_us().sum()) / count if count else None
    return whole.model_copy(update={"count": count, "mean_us": mean, "max_us": longest})
