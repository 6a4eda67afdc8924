"""The share of events among dependent samples, bounded from both sides.

How many events there were may itself be known only within bounds (a request that was cut at the
end of a run, a value in the bucket that a threshold lies in): the lower end of the interval takes
the fewest, the upper end the most.

One outage that fills a third of a run is a single event to whoever asks how requests hang together,
and a single event has next to no lower end. There is one all the same, whatever hangs together
with what: a share as large as 40 times the true one comes up in at most one run of 40 (Markov's
inequality, since a share cannot be negative and is right on average). So the lower end is never
below a fortieth of what was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kampyn_perf.stats.batches import Samples, Series
from kampyn_perf.stats.dependence import FEW_EVENTS, worth
from kampyn_perf.stats.intervals import CONFIDENCE

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


class ShareBounds(NamedTuple):
    """Of each of many series, or of one."""

    low: Floats
    high: Floats
    effective: Floats
    """What the samples are worth: the less, of what the two ends rest on."""
    slow: NDArray[np.bool_]
    """Whether the series is too short for its own dependence."""


def share_bounds(
    totals: ArrayLike | Samples,
    fewest: ArrayLike,
    most: ArrayLike | None = None,
    *,
    nearly: Sequence[ArrayLike] = (),
    strata: Sequence[Any] | None = None,
    few: int = FEW_EVENTS,
    confidence: float = CONFIDENCE,
) -> ShareBounds:
    """The shares that are not ruled out, by item on the last axis.

    `nearly` are samples that were nearly events (response times not far below the threshold), the
    events among them: slowness that did not quite reach the threshold this time shows there how
    samples hang together, and the upper end is not taken for better known than that.
    """
    rows = [fewest, *nearly]
    if most is not None and not np.array_equal(np.asarray(most), np.asarray(fewest)):
        rows.insert(1, most)
    upper = len(rows) - len(nearly) - 1
    series = Series(totals, np.array(rows, dtype=np.float64), strata)
    known, ratio = worth(series, few=few, confidence=confidence), series.ratio
    low_size, size = known.effective[0], known.effective[upper:].min(axis=0)
    n = np.maximum(series.total, 1)
    most_share = np.minimum(ratio[upper] + known.unseen[upper] / n, 1.0)
    return ShareBounds(
        low=np.maximum(
            _lower(ratio[0] * low_size, low_size, confidence), ratio[0] * (1 - confidence) / 2
        ),
        high=_upper(most_share * size, size, confidence),
        effective=np.minimum(size, low_size),
        slow=np.asarray(known.slow.any(axis=0)),
    )


def _lower(events: Floats, n: Floats, confidence: float) -> Floats:
    """Clopper and Pearson's lower end (Biometrika 26, 1934); 0 without an event."""
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    safe = np.maximum(events, 1e-300)
    end = betaincinv(safe, np.maximum(n - events, 0) + 1, tail)
    return np.where(events > 0, end, 0.0)


def _upper(events: Floats, n: Floats, confidence: float) -> Floats:
    """Clopper and Pearson's upper end; 1 where all are events, or there are no samples."""
    from scipy.special import betaincinv

    left = n - events
    end = betaincinv(events + 1, np.maximum(left, 1e-300), (1 + confidence) / 2)
    return np.where(left > 0, end, 1.0)
