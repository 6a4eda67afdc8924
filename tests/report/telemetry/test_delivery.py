"""The thread: nobody waits for it, and nothing that was handed to it is lost.

Tests `kampyn_perf/report/telemetry/snapshot.py` too.
"""

from __future__ import annotations

import threading

from kampyn_perf.recorder.traces import SessionTrace
from kampyn_perf.report.telemetry.delivery import Account, Delivery
from kampyn_perf.report.telemetry.snapshot import DeliveryError, Snapshot
from tests.report.html.samples import failing_run
from tests.report.telemetry.test_otlp import TRACE

RESULT = failing_run()


class Slow:
    """Takes one snapshot when it is let."""

    name = "slow"

    def __init__(self) -> None:
        self.began = threading.Event()
        self.go_on = threading.Event()
        self.took: list[Snapshot] = []

    def send(self, snapshot: Snapshot) -> None:
        self.began.set()
        assert self.go_on.wait(30)
        self.took.append(snapshot)


class Failing:
    name = "failing"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def send(self, _snapshot: Snapshot) -> None:
        raise self._error


def snapshot(*traces: SessionTrace) -> Snapshot:
    return Snapshot(RESULT, lambda _result: None, traces)


def test_of_what_waits_the_newest_is_told_with_the_traces_of_all() -> None:
    sender = Slow()
    delivery = Delivery([sender])
    first, second, third = snapshot(TRACE), snapshot(TRACE, TRACE), snapshot(TRACE)
    delivery.offer(first)
    assert sender.began.wait(30)
    delivery.offer(second)
    delivery.offer(third)
    sender.go_on.set()
    assert delivery.close(seconds=30)
    assert [one.at_ns for one in sender.took] == [first.at_ns, third.at_ns]
    assert [len(one.traces) for one in sender.took] == [1, 3]
    assert delivery.accounts == [Account("slow", taken=2)]


def test_one_that_hangs_holds_up_nobody_but_is_told_of() -> None:
    sender = Slow()
    delivery = Delivery([sender])
    delivery.offer(snapshot())
    assert sender.began.wait(30)
    assert not delivery.close(seconds=0)
    sender.go_on.set()


def test_failures_are_counted_with_the_first_ones_words_and_others_go_on() -> None:
    good = Slow()
    good.go_on.set()
    delivery = Delivery([Failing(DeliveryError("no")), Failing(ZeroDivisionError("odd")), good])
    delivery.offer(snapshot())
    assert delivery.close(seconds=30)
    assert delivery.accounts == [
        Account("failing", failed=1, problem="no"),
        Account("failing", failed=1, problem="ZeroDivisionError: odd"),
        Account("slow", taken=1),
    ]
