"""Histograms for tests, from plain numbers."""

from __future__ import annotations

from collections.abc import Mapping

from kampyn_perf.histogram import Histogram


def from_counts(counts: Mapping[int, int]) -> Histogram:
    """A histogram of {microseconds: how often}."""
    histogram = Histogram()
    histogram.record_all(list(counts.keys()), list(counts.values()))
    return histogram
