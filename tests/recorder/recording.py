"""What the recorder's tests record, and how an interval travels to who adds it up."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

from kampyn_perf.histogram import Layout
from kampyn_perf.outcomes import ErrorKind
from kampyn_perf.recorder.buffer import Sample, SampleBuffer
from kampyn_perf.recorder.counted import CountedCell, CountedInterval
from kampyn_perf.recorder.interval import Gauges, Interval

SECOND = 1_000_000


def sent_over(interval: Interval) -> Interval:
    """What arrives on the other side of the pipe."""
    return Interval.from_message(orjson.loads(orjson.dumps(interval.to_message())))


def take(buffer: SampleBuffer, to_us: int, **gauges: int) -> Interval:
    return sent_over(buffer.take(to_us, Gauges(**gauges)))


def counted(interval: Interval) -> CountedInterval:
    """As a collector without splits makes it."""
    layout = _layout()
    cells = {key: CountedCell.of(cell, layout) for key, cell in interval.cells.items()}
    return CountedInterval.of(interval, cells, layout)


@cache
def _layout() -> Layout:
    return Layout()


def request(
    buffer: SampleBuffer,
    response: int = 1000,
    service: int = 900,
    status: int = 200,
    error: ErrorKind | None = None,
    **key: Any,
) -> None:
    """One request that ended; `key` is endpoint, flow and phase."""
    where: dict[str, Any] = {"endpoint": "GET /x", "flow": "a", "phase": 0} | key
    buffer.request(Sample(response, service, status, error, 10, 5), **where)
