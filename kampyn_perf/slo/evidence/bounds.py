"""How many requests an event came upon, at least and at most, and what share that is. Pure.

Four things leave it open: a request that the end of the run cut took at least as long as it had
been due; a time within the bucket of a threshold that nobody knew of before the run may lie on
either side; a generator that was woken late sent and noticed late; a disturbed one may have added
time, or lost samples. A verdict holds where it is the same at both ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf import stats
from kampyn_perf.slo.evidence.counted import Counted
from kampyn_perf.slo.kinds import Clock, Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NEARLY = (1.5, 2.0)
"""Times above the threshold divided by these were nearly beyond it. A system that is slow for a
while is seen there, even if it was not slow enough this time; with these, simulated systems whose
slowness comes and goes over a quarter of the run pass on the edge in less than 5 %."""


@dataclass(frozen=True, kw_only=True)
class Disturbed:
    """What the generator may have done to the numbers."""

    added_us: int = 0
    """At most so much to the time of a request."""
    hidden: int = 0
    """At most so many requests are not in the numbers."""


@dataclass(frozen=True, kw_only=True)
class BySecond:
    """Requests that speak against an objective, and all of them, by stretch of time."""

    bad: Floats
    totals: Floats
    allowed: float
    """The share of bad ones that the target allows."""


@dataclass(frozen=True, kw_only=True)
class Share:
    """Events among requests, by item, within bounds."""

    totals: Floats
    fewest: Floats
    most: Floats
    nearly: tuple[Floats, ...]
    strata: tuple[int, ...]
    unknown: float
    """Requests beside `totals` that may have been events or not."""

    @property
    def size(self) -> float:
        """All requests."""
        return float(self.totals.sum()) + self.unknown

    def bounds(self, confidence: float = stats.CONFIDENCE) -> stats.ShareBounds:
        """The interval of the share: none of the unknown ones was an event, or all of them."""
        known = stats.share_bounds(
            self.totals,
            self.fewest,
            self.most,
            nearly=self.nearly,
            strata=self.strata,
            confidence=confidence,
        )
        if not self.unknown:
            return known
        part = float(self.totals.sum()) / self.size
        return known._replace(low=known.low * part, high=known.high * part + 1 - part)


def beyond(counted: Counted, clock: Clock, us: int, *, of_all: bool, disturbed: Disturbed) -> Share:
    """Requests that took `us` or more. With `of_all`, failed ones are among them whatever they
    took; without, only successful ones count, and what was cut may have become one or not."""
    times = counted.times(clock)
    failed = counted.failed if of_all else np.zeros_like(counted.totals)
    sure = us + disturbed.added_us
    cut = (
        counted.cut.surely_from(sure)
        if of_all and clock is Clock.RESPONSE
        else np.zeros_like(failed)
    )
    ended = counted.totals if of_all or counted.mixed else counted.totals - counted.failed
    surely = times.surely_from(sure, _late_us(counted, clock))
    # Where failed and slow ones cannot be told apart, they may be the same or all different.
    fewest = np.maximum(surely, failed) if counted.mixed else surely + failed

    def most(from_us: float) -> Floats:
        return np.minimum(times.perhaps_from(int(from_us)) + failed, ended) + cut

    return Share(
        totals=ended + cut,
        fewest=fewest + cut,
        most=most(us),
        nearly=tuple(most(us / factor) for factor in NEARLY),
        strata=tuple(counted.strata),
        unknown=_unknown(counted, disturbed) - float(cut.sum()),
    )


def _late_us(counted: Counted, clock: Clock) -> Ints | None:
    """How much of a time may be the generator's own, by item. A session may have begun late and its
    answer may have been noticed late; a service time has the second alone."""
    if counted.woken_us is None:
        return None
    return counted.woken_us * (2 if clock is Clock.RESPONSE else 1)


def share_of(counted: Counted, event: Event, *, disturbed: Disturbed) -> Share:
    """Requests that `event` came upon; what was cut may have met it or not."""
    hits = counted.events[event]
    return Share(
        totals=counted.totals,
        fewest=hits,
        most=hits,
        nearly=(),
        strata=tuple(counted.strata),
        unknown=_unknown(counted, disturbed),
    )


def _unknown(counted: Counted, disturbed: Disturbed) -> float:
    return counted.cut.count + float(counted.unplaced.sum()) + disturbed.hidden
