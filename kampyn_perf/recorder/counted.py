"""An interval with its durations counted by bucket: once, for all groups that they are added to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kampyn_perf.histogram import Layout, Packed
from kampyn_perf.recorder.interval import Cell, CellKey, Interval, SessionCounts
from kampyn_perf.results.breakdown import Sparse


@dataclass(frozen=True, slots=True)
class CountedCell:
    """Requests of one endpoint, flow and phase."""

    cell: Cell
    response: Packed
    """Of requests that succeeded."""
    service: Packed
    failed_response: Packed
    failed_service: Packed
    fine_response: Sparse
    """In the buckets of the breakdown."""
    fine_service: Sparse
    fine_cut: Sparse

    @classmethod
    def of(cls, cell: Cell, layout: Layout) -> CountedCell:
        """`layout` is the breakdown's."""
        response, fine_response = layout.count(cell.responses_us)
        service, fine_service = layout.count(cell.services_us)
        return cls(
            cell=cell,
            response=response,
            service=service,
            failed_response=Packed.of(cell.failed_responses_us),
            failed_service=Packed.of(cell.failed_services_us),
            fine_response=Sparse(*fine_response),
            fine_service=Sparse(*fine_service),
            fine_cut=Sparse(*layout.count(cell.cut_us)[1]),
        )


@dataclass(frozen=True, slots=True)
class CountedSessions:
    """Sessions of one flow and phase."""

    counts: SessionCounts
    duration: Packed
    """Of sessions that ended well."""
    failed_duration: Packed
    fine_duration: Sparse
    fine_cut: Sparse

    @classmethod
    def of(cls, counts: SessionCounts, layout: Layout) -> CountedSessions:
        """`layout` is the breakdown's."""
        duration, fine_duration = layout.count(counts.durations_us)
        return cls(
            counts=counts,
            duration=duration,
            failed_duration=Packed.of(counts.failed_durations_us),
            fine_duration=Sparse(*fine_duration),
            fine_cut=Sparse(*layout.count(counts.cut_us)[1]),
        )


@dataclass(frozen=True, slots=True)
class CountedInterval:
    """All of it."""

    interval: Interval
    cells: Mapping[CellKey, CountedCell]
    sessions: Mapping[tuple[str, int], CountedSessions]
    lateness: Packed
    lags: Packed
    """Of the event loop."""

    @classmethod
    def of(
        cls, interval: Interval, cells: Mapping[CellKey, CountedCell], layout: Layout
    ) -> CountedInterval:
        """`cells` are those of the interval; `layout` is the breakdown's."""
        return cls(
            interval=interval,
            cells=cells,
            sessions={
                key: CountedSessions.of(counts, layout) for key, counts in interval.sessions.items()
            },
            lateness=Packed.of(interval.lateness_us),
            lags=Packed.of(interval.health.lags_us),
        )
