"""Queue, retries and the end; the receiver is told what to do, the threads are real."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from kampyn_perf.alerts.actions import delivery
from kampyn_perf.alerts.actions.delivery import Delivery, DeliveryError, Undelivered
from tests.cli.program import wait_for


class Receiver:
    """Fails so often, then takes everything; waits for `gate` first."""

    def __init__(self, *failures: DeliveryError, attempts: int = 3) -> None:
        self.attempts = attempts
        self.failures = list(failures)
        self.calls: list[tuple[int, bytes]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.cancelled = False

    def deliver(self, number: int, body: bytes) -> None:
        self.calls.append((number, body))
        self.gate.wait(30)
        if self.failures:
            raise self.failures.pop(0)

    def cancel(self) -> None:
        self.cancelled = True


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.001)


def again(words: str) -> DeliveryError:
    return DeliveryError(words, again=True)


def test_what_is_taken_is_not_told_again() -> None:
    receiver = Receiver()
    one = Delivery(receiver, name="test")
    one.put("a", "firing", b"1")
    one.put("a", "resolved", b"2")
    assert one.close(within=10) == []
    assert receiver.calls == [(0, b"1"), (1, b"2")]


def test_it_is_tried_again_with_the_same_number() -> None:
    receiver = Receiver(again("one"), again("two"))
    one = Delivery(receiver, name="test")
    one.put("a", "firing", b"1")
    one.put("b", "firing", b"2")
    assert one.close(within=10) == []
    assert receiver.calls == [(0, b"1")] * 3 + [(1, b"2")]


def test_it_is_given_up_after_so_many_attempts() -> None:
    one = Delivery(Receiver(again("one"), again("two"), again("three")), name="test")
    one.put("a", "firing", b"1")
    one.put("b", "firing", b"2")
    assert one.close(within=10) == [Undelivered("a", "firing", "three")]


def test_what_is_of_no_use_is_not_tried_again() -> None:
    receiver = Receiver(DeliveryError("gone", again=False))
    one = Delivery(receiver, name="test")
    one.put("a", "firing", b"1")
    assert one.close(within=10) == [Undelivered("a", "firing", "gone")]
    assert len(receiver.calls) == 1


def test_a_mistake_of_ours_loses_one_notice_only() -> None:
    receiver = Receiver()
    broken: Callable[[int, bytes], None] = receiver.deliver

    def deliver(number: int, body: bytes) -> None:
        broken(number, body)
        if number == 0:
            raise TypeError("what")

    receiver.deliver = deliver  # type: ignore[method-assign]
    one = Delivery(receiver, name="test")
    one.put("a", "firing", b"1")
    one.put("b", "firing", b"2")
    assert one.close(within=10) == [Undelivered("a", "firing", "TypeError: what")]
    assert len(receiver.calls) == 2


def test_a_receiver_that_hangs_blocks_nobody_and_loses_nothing_silently() -> None:
    receiver = Receiver()
    receiver.gate.clear()
    one = Delivery(receiver, name="test")
    for number in range(delivery.QUEUE_LENGTH + 3):
        one.put(f"a{number}", "firing", b"")
        if number == 0:
            wait_for(lambda: receiver.calls, what="the first call")
    undelivered = one.close(within=0.1)
    assert receiver.cancelled
    assert len(undelivered) == delivery.QUEUE_LENGTH + 3
    assert undelivered[0] == Undelivered("a101", "firing", "100 notices were waiting already")
    assert undelivered[2] == Undelivered("a0", "firing", "no answer within the 0.1 s at the end")
    receiver.gate.set()


def test_the_end_interrupts_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 3600.0)
    receiver = Receiver(again("down"))
    one = Delivery(receiver, name="test")
    one.put("a", "firing", b"1")
    wait_for(lambda: receiver.calls, what="the first attempt")
    assert one.close(within=0.1) == [Undelivered("a", "firing", "down")]
