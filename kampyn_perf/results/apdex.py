"""The Apdex of a load (Application Performance Index 1.1, apdex.org): one number for how content
users may be, by a time T that is good, and four times that, which is borne. Whole microseconds."""

from __future__ import annotations

import numpy as np

from kampyn_perf.histogram import Layout
from kampyn_perf.results.breakdown import Breakdown
from kampyn_perf.results.io import Record
from kampyn_perf.results.latency import NonNegative
from kampyn_perf.units import format_duration

_BORNE = 4
_RATINGS = ((0.94, "excellent"), (0.85, "good"), (0.7, "fair"), (0.5, "poor"))
"""From which score on; below them it is unacceptable."""


class Apdex(Record):
    """How many requests were answered in time."""

    threshold_us: NonNegative
    satisfied: NonNegative
    """Successes within the threshold."""
    tolerating: NonNegative
    """Within four times that."""
    frustrated: NonNegative
    """Later, or failed."""
    score: float | None
    """(satisfied + tolerating / 2) / all; None without requests."""
    rating: str
    """In the index's words: excellent, good, fair, poor, unacceptable."""

    @property
    def parts_text(self) -> str:
        """What the score is made of."""
        return (
            f"{self.satisfied:,} requests within {format_duration(self.threshold_us)}, "
            f"{self.tolerating:,} within four times that, {self.frustrated:,} later or failed"
        )


def splits_of(threshold_us: int) -> tuple[int, int]:
    """The least values that lie beyond: what a run has to tell apart exactly."""
    return threshold_us + 1, _BORNE * threshold_us + 1


def apdex_of(breakdown: Breakdown, threshold_us: int) -> Apdex:
    """Of all requests, by response time."""
    starts_us = Layout(breakdown.splits_us).starts_us
    beyond, far_beyond = splits_of(threshold_us)
    total = satisfied = tolerating = 0
    for group in breakdown.requests:
        for row in group.rows():
            total += row.total
            first_us = starts_us[row.response.places]
            good = first_us < beyond
            satisfied += int(row.response.counts[good].sum())
            tolerating += int(row.response.counts[~good & (first_us < far_beyond)].sum())
    score = (satisfied + tolerating / 2) / total if total else None
    return Apdex(
        threshold_us=threshold_us,
        satisfied=satisfied,
        tolerating=tolerating,
        frustrated=total - satisfied - tolerating,
        score=None if score is None else float(np.round(score, 4)),
        rating=_rating(score),
    )


def _rating(score: float | None) -> str:
    if score is None:
        return ""
    rounded = round(score, 2)  # as the index is written
    return next((word for least, word in _RATINGS if rounded >= least), "unacceptable")
