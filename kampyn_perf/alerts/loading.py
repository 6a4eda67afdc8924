"""Rules judged while a load runs: its seconds as they become complete, and what watchers see.

Microseconds since the start of the run. Called from the thread that leads the run, but for `hear`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from kampyn_perf import names
from kampyn_perf.alerts.engine import Engine, Event
from kampyn_perf.alerts.measured import MeasuredSamples
from kampyn_perf.alerts.recorded import of_rows, of_stretch
from kampyn_perf.alerts.rules import Rule
from kampyn_perf.histogram import Layout
from kampyn_perf.measure.readings import Sample as Measured
from kampyn_perf.recorder.breakdown import EndpointRow
from kampyn_perf.recorder.timeline import LiveSecond
from kampyn_perf.results.alerts import AlertRecord


class Progress(Protocol):
    """What is needed of a run (`load.Progress`)."""

    completed: tuple[LiveSecond, ...]
    completed_rows: tuple[EndpointRow, ...]
    layout: Layout


class LoadAlerts:
    """The rules of one run."""

    def __init__(self, rules: Mapping[str, Rule], *, handle: Callable[[Event], None]) -> None:
        """`handle` is told of every event as it happens."""
        self._engine = Engine(rules)
        self._handle = handle
        self._measured = MeasuredSamples()

    def hear(self, at_us: int, measured: Measured) -> None:
        """What a watcher saw, from its own thread. The run knows its requests better than any page
        of metrics does, and both together would count each twice."""
        if not measured.quantity.metric.startswith(names.METRIC_HTTP):
            self._measured.hear(at_us, measured)

    def interval(self, progress: Progress) -> None:
        """Judge every second that has become complete."""
        rows = list(progress.completed_rows)
        for second in progress.completed:
            at_us = second.at_us + second.width_us
            ready = [entry for entry in rows if (entry.row.at + 1) * entry.width_us <= at_us]
            rows = rows[len(ready) :]
            self._take_rows(ready, progress.layout)
            self._engine.take(
                of_stretch(
                    at_us=second.at_us,
                    width_us=second.width_us,
                    requests=second.requests,
                    failed=second.failed,
                    response=second.response,
                )
            )
            self._engine.take(self._measured.until(at_us))
            for event in self._engine.evaluate(at_us):
                self._handle(event)
        self._take_rows(rows, progress.layout)

    def records(self) -> list[AlertRecord]:
        """What entry rule came to so far."""
        return self._engine.records()

    def _take_rows(self, rows: Sequence[EndpointRow], layout: Layout) -> None:
        for _stretch, part in groupby(rows, key=lambda entry: (entry.width_us, entry.row.at)):
            every = list(part)
            pairs = [(entry.endpoint, entry.row) for entry in every]
            self._engine.take(of_rows(pairs, width_us=every[0].width_us, layout=layout))
