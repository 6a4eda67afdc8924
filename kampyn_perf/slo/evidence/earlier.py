"""Results of earlier versions: only the run as a whole was recorded second by second. Pure.

A group's requests are taken to lie in time as all requests of the same buckets do.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

import numpy as np

from kampyn_perf.outcomes import TRANSPORT_KINDS
from kampyn_perf.results.load import LoadResult, Requests
from kampyn_perf.slo.evidence.counted import Counted, Times
from kampyn_perf.slo.kinds import Clock, Event

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def counted(result: LoadResult, requests: Requests) -> Counted:
    """The `requests` of a group."""
    starts = [phase.start_us for phase in result.phases]
    seconds = result.seconds
    size = len(seconds)
    totals = np.array([second.requests for second in seconds], dtype=np.float64)
    failed = np.array([second.failed for second in seconds], dtype=np.float64)
    everything = max(float(totals.sum()), 1.0)
    nothing = Times.none(size)
    counts = [(event, _failures(requests, event)) for event in Event]
    return Counted(
        totals=totals * requests.count / everything,
        strata=[max(bisect_right(starts, second.at_us) - 1, 0) for second in seconds],
        events={event: _placed(count, failed, totals) for event, count in counts},
        times_of=lambda clock: _times(result, requests) if clock is Clock.RESPONSE else nothing,
        cut=nothing,
        unplaced=np.zeros(size),
        at=np.arange(size),
        width_us=max((second.width_us for second in seconds), default=1),
        mixed=requests.failed > 0,
    )


def _placed(count: int, failed: Floats, totals: Floats) -> Floats:
    """So many, in time as failed requests are; as all are, where none failed."""
    like = failed if failed.sum() else totals
    return like * count / max(float(like.sum()), 1.0)


def _times(result: LoadResult, requests: Requests) -> Times:
    filled = [
        (place, first, last, count)
        for place, second in enumerate(result.seconds)
        if second.response is not None
        for first, last, count in second.response.decode().buckets()
    ]
    table = np.array(filled, dtype=np.int64).reshape(-1, 4)
    own = {first: count for first, _, count in requests.response.decode().buckets()}
    starts, inverse = np.unique(table[:, 1], return_inverse=True)
    of_all = np.bincount(inverse, weights=table[:, 3], minlength=starts.size)
    part = np.array([own.get(int(start), 0) for start in starts]) / np.maximum(of_all, 1)
    return Times(
        items=table[:, 0],
        first_us=table[:, 1],
        last_us=table[:, 2],
        counts=table[:, 3] * part[inverse],
        size=len(result.seconds),
    )


def _failures(requests: Requests, event: Event) -> int:
    """How many of `requests` the event came upon."""
    match event:
        case Event.FAILED:
            return requests.failed
        case Event.STATUS_4XX:
            return min(requests.count, _statuses(requests, "4"))
        case Event.STATUS_5XX:
            return min(requests.count, _statuses(requests, "5"))
        case Event.UNAVAILABLE:
            broken = sum(requests.errors.get(kind.value, 0) for kind in TRANSPORT_KINDS)
            # By status, not by kind: a scenario that expects a 503 does not make it an answer.
            return min(requests.count, broken + _statuses(requests, "5"))


def _statuses(requests: Requests, first: str) -> int:
    return sum(count for status, count in requests.statuses.items() if status.startswith(first))
