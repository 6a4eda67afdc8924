"""Which stretches of a run lay under faults; requests without those, or of those alone. Pure.

A stretch belongs to a fault where any part of it does, its time to settle included; a request to
the stretch in which it ended. Unit: whole microseconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf.results.latency import Latency
from kampyn_perf.results.load import LoadResult, Second
from kampyn_perf.results.series import Series
from kampyn_perf.slo.evidence.counted import Counted, Times
from kampyn_perf.slo.evidence.recovery import Span
from kampyn_perf.slo.objective import Under

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


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
        begun = [fault for fault in result.faults if fault.began]
        ends = [result.elapsed_us if fault.end_us is None else fault.end_us for fault in begun]
        return cls(
            tuple(
                (fault.start_us, end + fault.settle_us)
                for fault, end in zip(begun, ends, strict=True)
            ),
            tuple(fault.name for fault in begun),
            tuple(ends),
        )

    def spans(self, from_us: int, until_us: int) -> list[Span]:
        """Each by itself, with the time before and after it in which no other was."""
        made = []
        for (start, _), name, end in zip(self.windows_us, self.names, self.ends_us, strict=True):
            others = [window for window in self.windows_us if window[0] < start]
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

    def over(self, start_us: Ints, width_us: int | Ints) -> NDArray[np.bool_]:
        """Of each stretch, whether any part of it lay under one."""
        under = np.zeros(start_us.size, dtype=np.bool_)
        for first, last in self.windows_us:
            under |= (start_us <= last) & (start_us + width_us > first)
        return under

    def kept(self, start_us: Ints, width_us: int | Ints, under: Under) -> NDArray[np.bool_]:
        """Of each stretch, whether an objective asks for it."""
        if not self.windows_us or under is Under.COUNTED:
            return np.ones(start_us.size, dtype=np.bool_)
        covered = self.over(start_us, width_us)
        return covered if under is Under.ONLY else ~covered

    def cover(self, counted: Counted) -> NDArray[np.bool_]:
        """Of each item, whether it lay under one."""
        return self.over(counted.at * counted.width_us, counted.width_us)

    def of_series(self, series: Sequence[Series], under: Under) -> list[Series]:
        """What was watched, without the samples of what an objective does not ask for. A sample is
        of the time from the one before it; a series of events has none where there were none."""
        if not self.windows_us or under is Under.COUNTED:
            return list(series)
        return [self._part(watched, under) for watched in series]

    def _part(self, series: Series, under: Under) -> Series:
        ends = np.array(series.at_us, dtype=np.int64)
        if not ends.size:
            return series
        usual = int(np.median(np.diff(ends))) if ends.size > 1 else 0
        before = np.concatenate([[max(int(ends[0]) - usual, 0)], ends[:-1]])
        starts = np.maximum(before, ends - 2 * usual) if usual else before
        kept = self.kept(starts, ends - starts, under)
        if kept.all():
            return series
        columns = {
            name: [value for value, keep in zip(column, kept.tolist(), strict=True) if keep]
            for name in ("at_us", "values", "weights", "minima", "maxima")
            if (column := getattr(series, name)) is not None
        }
        tops = np.array(series.maxima or series.values)
        # Where the greatest sample is left out, the greatest value known more exactly is its own.
        greatest = bool(kept.any()) and tops[kept].max() >= tops.max()
        maximum = series.maximum if greatest else None
        return series.model_copy(update={**columns, "maximum": maximum})

    def part(self, counted: Counted, under: Under) -> Counted:
        """What the objective asks for."""
        if not self.windows_us or under is Under.COUNTED:
            return counted
        kept = self.kept(counted.at * counted.width_us, counted.width_us, under)
        left_out = frozenset(counted.at[~kept].tolist())
        return replace(counted.part(kept), left_out=left_out)

    def masked_us(self, seconds: Sequence[Second]) -> int:
        """How much of the time is left out."""
        starts = np.array([second.at_us for second in seconds], dtype=np.int64)
        widths = np.array([second.width_us for second in seconds], dtype=np.int64)
        return int(widths[self.over(starts, widths)].sum())


def latency_of(whole: Latency, times: Times) -> Latency:
    """Of a part of the requests: count, mean and maximum, as exact as buckets are."""
    count = times.count
    longest = int(times.last_us.max()) if count else None
    if longest is not None and whole.max_us is not None:
        longest = min(longest, whole.max_us)
    mean = float(times.sums_us().sum()) / count if count else None
    return whole.model_copy(update={"count": count, "mean_us": mean, "max_us": longest})
