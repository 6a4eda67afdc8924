"""The distribution of response times on a percentile axis, endpoint by endpoint. Pure.

The axis is HdrHistogram's: the distance to 100 % in powers of ten, so that P99.9 has as much room
as P90. A place x on it stands for the percentile 1 - 1/x.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kampyn_perf.histogram import Histogram
from kampyn_perf.report.html.chart import shortened
from kampyn_perf.results.load import LoadResult

MOST_ENDPOINTS = 12
_STEPS = 16
"""Points in each power of ten."""


def curve(
    result: LoadResult, *, base: tuple[LoadResult, str] | None = None
) -> dict[str, Any] | None:
    """Of all requests both times, and of each endpoint its response time; of the `base`, a
    result and its name, all together. None without requests."""
    if not result.requests.count:
        return None
    largest = sorted(result.endpoints, key=lambda endpoint: -endpoint.requests.count)[
        :MOST_ENDPOINTS
    ]
    named = [
        ("all, response", result.requests.response),
        ("all, service", result.requests.service),
        *(
            (endpoint.name, endpoint.requests.response)
            for endpoint in result.endpoints
            if endpoint in largest
        ),
    ]
    at = _places(result.requests.count)
    lines = [
        {
            "name": name,
            "dashed": name == "all, service",
            "values": values_at(latency.decode(), at),
        }
        for name, latency in named
    ]
    if base:
        values = values_at(base[0].requests.response.decode(), at)
        lines.append({"name": f"all, {base[1]}", "dashed": True, "base": True, "values": values})
    return {
        "id": "distribution",
        "axis": "percentile",
        "unit": "us",
        "at": [shortened(place) for place in at],
        "lines": lines,
        "left_out": len(result.endpoints) - len(largest),
    }


def values_at(histogram: Histogram, places: Sequence[float]) -> list[int | None]:
    """The value (µs) at each place of the axis; None beyond the last of `histogram`'s own."""
    wanted = [1 - 1 / place for place in places]
    values = histogram.percentiles(wanted)
    return [
        values[quantile] if place <= max(histogram.count, 1) * 1.0001 else None
        for place, quantile in zip(places, wanted, strict=True)
    ]


def _places(count: int) -> list[float]:
    """From 0 % to the last request."""
    places = [1.0]
    while places[-1] < count:
        places.append(min(10 ** (len(places) / _STEPS), float(count)))
    return places
