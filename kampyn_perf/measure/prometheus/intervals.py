"""Two looks at a page of metrics, as what happened between them. Pure.

Counters become rates, distributions the mean (weighted by its events) and estimated quantiles of
the events between the looks, gauges stay as they are. Durations in seconds or milliseconds become
microseconds, as everywhere in a result.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kampyn_perf.buckets import quantile_of, rank_of
from kampyn_perf.measure.prometheus.text import Instrument, Kind, Page
from kampyn_perf.measure.readings import Labels, Quantity, Sample

QUANTILES = (0.5, 0.95, 0.99)


@dataclass(frozen=True)
class Scale:
    """The unit of a value in a result, and what to multiply by to get there."""

    unit: str
    factor: float = 1.0


def scale_of(name: str, kind: Kind) -> Scale:
    """By the name's ending, as Prometheus's naming rules have it."""
    base = name.removesuffix("_total")
    if kind is Kind.COUNTER:
        if base.endswith("_seconds"):
            return Scale("share")  # seconds per second
        return Scale("bytes_per_s") if base.endswith("_bytes") else Scale("per_s")
    if kind is Kind.GAUGE and base.endswith(_MOMENTS):
        return Scale("")
    for ending, scale in _SCALES.items():
        if base.endswith(ending):
            return scale
    return Scale("")


_MOMENTS = ("_timestamp_seconds", "_start_time_seconds", "node_time_seconds")
"""Seconds since 1970, which are no duration."""
_SCALES = {
    "_seconds": Scale("us", 1e6),
    "_milliseconds": Scale("us", 1e3),
    "_ms": Scale("us", 1e3),
    "_bytes": Scale("bytes"),
    "_ratio": Scale("share"),
}


@dataclass(frozen=True)
class Between:
    """What happened to one instrument between two looks."""

    count: float
    """Events: how much a counter grew, how many a distribution has more."""
    total: float = 0.0
    buckets: tuple[tuple[float, float], ...] = ()
    """Upper edge, and how many of the events were at most so much."""
    reset: bool = False
    """Whether it began anew in between, so that what came before that is lost."""

    @property
    def mean(self) -> float:
        return self.total / self.count


def between(before: Instrument | None, after: Instrument) -> Between:
    """One that was not there began at 0; one that shrank began anew, as Prometheus has it."""
    if after.kind is Kind.COUNTER:
        grown = after.value - (before.value if before else 0.0)
        return Between(after.value, reset=True) if grown < 0 else Between(grown)
    reset = before is not None and after.count < before.count
    start = before if before is not None and not reset else Instrument("", after.kind, ())
    return Between(
        count=after.count - start.count,
        total=after.total - start.total,
        buckets=tuple(
            (edge, held - start.buckets.get(edge, 0.0))
            for edge, held in sorted(after.buckets.items())
        ),
        reset=reset,
    )


def _beyond_last_edge(buckets: tuple[tuple[float, float], ...], q: float) -> bool:
    """Whether the quantile lies where nothing is known but that it is at least the last edge."""
    if not buckets:
        return False  # of a summary: the page gives its quantiles itself
    finite = max((held for edge, held in buckets if math.isfinite(edge)), default=0.0)
    return rank_of(q, buckets[-1][1]) > finite


def samples(
    before: Page | None, after: Page, *, seconds: float, subject: str, source: str
) -> Iterator[Sample]:
    """Of every instrument; rates and means only once there is a look before."""
    for key, instrument in after.items():
        scale = scale_of(instrument.name, instrument.kind)
        maker = _Maker(instrument, scale, subject, source)
        if instrument.kind is Kind.GAUGE:
            yield maker.value(instrument.value * scale.factor)
        elif before is not None and seconds > 0:
            change = between(before.get(key), instrument)
            if instrument.kind is Kind.COUNTER:
                yield maker.value(change.count / seconds)
            else:
                yield from maker.distribution(change, instrument.quantiles, seconds)


@dataclass(frozen=True)
class _Maker:
    instrument: Instrument
    scale: Scale
    subject: str
    source: str

    def value(self, value: float) -> Sample:
        return Sample(self._quantity(), value)

    def distribution(
        self, change: Between, quantiles: Mapping[str, float], seconds: float
    ) -> Iterator[Sample]:
        rate = Quantity(
            f"{self.instrument.name}_count",
            self.subject,
            self.source,
            "per_s",
            self.instrument.labels,
        )
        yield Sample(rate, change.count / seconds)
        events = round(change.count)
        if events <= 0:
            return
        factor = self.scale.factor
        yield Sample(
            self._quantity(),
            change.mean * factor,
            weight=events,
            buckets=tuple((edge * factor, held) for edge, held in change.buckets),
        )
        estimates = {f"{q:g}": quantile_of(change.buckets, q) for q in QUANTILES}
        for q, value in (estimates if change.buckets else quantiles).items():
            if value is not None:
                yield Sample(
                    self._quantity(q),
                    value * factor,
                    weight=events,
                    at_least=_beyond_last_edge(change.buckets, float(q)),
                )

    def _quantity(self, q: str = "") -> Quantity:
        labels: Labels = self.instrument.labels
        if q:
            labels = tuple(sorted((*labels, ("quantile", q))))
        return Quantity(self.instrument.name, self.subject, self.source, self.scale.unit, labels)
