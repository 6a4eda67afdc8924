"""A run's seconds as HdrHistogram's log (version 1.3): a histogram of response times for each, in
its compressed V2 form. Pure.

What reads it: HdrHistogram's own log processor, analyzer and their kin, which add up any stretch
and plot a percentile over time. Values are microseconds; the column of maxima is milliseconds, and
moments are seconds since the start that the head names, as such logs have them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kampyn_perf.results.load import LoadResult

_HEAD = '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"'
_SECOND = 1e6
_MS = 1e3
_LEAST_US = 1000
"""Readers divide by an interval's length, which is written in milliseconds."""


def hlog(result: LoadResult) -> bytes:
    """The log, ASCII; a stretch in which nothing ended has no line. A warm-up is not in it, as it
    is in no other figure."""
    start = datetime.fromisoformat(result.started_at).timestamp()
    lines = [
        "#[Response times of kampyn-perf load, in microseconds]",
        "#[Histogram log format version 1.3]",
        f"#[StartTime: {start:.3f} (seconds since epoch), {result.started_at}]",
        f"#[BaseTime: {start:.3f} (seconds since epoch)]",
        _HEAD,
        *_lines(result),
    ]
    return ("\n".join(lines) + "\n").encode("ascii")


def _lines(result: LoadResult) -> Iterator[str]:
    for second in result.seconds:
        response = second.response
        if response is None or response.max_us is None:
            continue
        lasted_us = max(result.lasted_us(second.at_us, second.width_us), _LEAST_US)
        moment, length = second.at_us / _SECOND, lasted_us / _SECOND
        maximum = response.max_us / _MS
        yield f"{moment:.3f},{length:.3f},{maximum:.3f},{response.histogram}"
