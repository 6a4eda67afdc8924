"""Hands over what was recorded, once a second of the run and at its end."""

from __future__ import annotations

from collections.abc import Callable

import gevent
from gevent.lock import BoundedSemaphore

from kampyn_perf.load.clock import now_us
from kampyn_perf.load.generator.health import Health
from kampyn_perf.load.generator.link import Line
from kampyn_perf.load.generator.pacer import Pacer
from kampyn_perf.load.messages import Recorded, RecordedCells
from kampyn_perf.load.scenario.acknowledged import Acknowledged
from kampyn_perf.load.scenario.session import Session
from kampyn_perf.load.scenario.tracing import Tracer
from kampyn_perf.recorder.buffer import SampleBuffer
from kampyn_perf.recorder.interval import Gauges

_EVERY_US = 1_000_000
_PART = 1_500
"""Requests that are sent at once: a tenth of a millisecond's work."""


class HandOver:
    """From the buffer of one generator to its line."""

    def __init__(
        self,
        line: Line,
        *,
        buffer: SampleBuffer,
        pacer: Pacer,
        health: Health,
        acknowledged: Acknowledged | None,
        tracer: Tracer | None,
    ) -> None:
        self._line = line
        self._buffer = buffer
        self._pacer = pacer
        self._health = health
        self._acknowledged = acknowledged
        self._tracer = tracer
        self._one_at_a_time = BoundedSemaphore(1)  # parts of two intervals must not mix

    def run(self, start_us: int, then: Callable[[], None]) -> None:
        """For every whole second of the run, so that the seconds of all generators are the same;
        until it is killed. `then` is called after each."""
        second_us = start_us
        while True:
            second_us += max((now_us() - second_us) // _EVERY_US, 0) * _EVERY_US
            second_us += _EVERY_US
            self._pacer.sleep_until_gap(second_us, _sleep_until)
            self.send()
            then()

    def send(self, *, over: bool = False) -> None:
        """What was recorded since the last time. Arrivals and answers get their turn between the
        parts of it, and so do not wait for the whole."""
        with self._one_at_a_time:
            self._send(over=over)

    def _send(self, *, over: bool) -> None:
        pacer = self._pacer
        gauges = Gauges(
            in_flight=0 if over else pacer.in_flight,
            waiting=0 if over else pacer.waiting,
            vusers=pacer.vusers,
        )
        interval = self._buffer.take(max(pacer.elapsed_us, 0), gauges)
        gevent.sleep(0)
        interval.health = self._health.take()
        if self._acknowledged:
            interval.acknowledged = self._acknowledged.take()
        if self._tracer:
            interval.traces, interval.traces_left_out = self._tracer.take()
        for cells in interval.take_apart(_PART):
            self._line.send(RecordedCells(cells=cells))
            gevent.sleep(0)
        self._line.send(Recorded(interval=interval))

    def note_cut(self, session: Session) -> None:
        """What the end of the run cut took at least as long as until now."""
        now = now_us()
        flow, phase = session.flow, session.phase
        self._buffer.session_cut(flow=flow, phase=phase, age_us=now - session.due_us)
        if session.cut:
            endpoint, due_us = session.cut
            self._buffer.request_cut(endpoint=endpoint, flow=flow, phase=phase, age_us=now - due_us)
        if self._tracer:
            self._tracer.cut(session)


def _sleep_until(moment_us: int) -> None:
    gevent.sleep(max(moment_us - now_us(), 0) / 1e6)
