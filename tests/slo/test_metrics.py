"""The registry: a metric without evidence cannot be registered.

Tests `kampyn_perf/slo/kinds.py` too.
"""

from __future__ import annotations

import pytest

from kampyn_perf.results.unit import Unit
from kampyn_perf.slo.metrics import METRICS, Metric


def test_a_metric_that_nothing_measures_fails_where_it_is_registered() -> None:
    with pytest.raises(TypeError, match="evidence"):
        Metric(name="queue_time", unit=Unit.DURATION, statistics=("mean",), meaning="waiting")  # type: ignore[call-arg]


def test_every_metric_is_registered_under_its_name() -> None:
    assert all(name == metric.name for name, metric in METRICS.items())
