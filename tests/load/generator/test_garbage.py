"""When a generator collects what is old: rarely, and early enough."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator

import pytest

from kampyn_perf.load.generator.garbage import GarbageControl
from tests.forked_function import Function

MEGABYTE = 1 << 20


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    """Those of the tests' own process."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


class Process:
    """What is told of one; and how often everything was collected in it."""

    def __init__(self) -> None:
        self.bytes, self.files = 64 * MEGABYTE, 20
        self.collections = 0

    def collect(self) -> None:
        self.collections += 1

    def control(self) -> GarbageControl:
        return GarbageControl(
            resident_bytes=lambda: self.bytes,
            open_files=lambda: self.files,
            collect=self.collect,
        )


@pytest.mark.parametrize(
    ("bytes_", "files", "times"),
    [
        (64, 20, 0),
        (79, 20, 0),  # not yet a quarter
        (81, 20, 1),
        (64, 219, 0),
        (64, 221, 1),  # sockets that nobody closed
    ],
)
def test_growth_since_the_last_time_is_what_counts(bytes_: int, files: int, times: int) -> None:
    process = Process()
    control = process.control()
    control.settle()
    assert process.collections == 1
    process.bytes, process.files = bytes_ * MEGABYTE, files
    for _ in range(5):
        control.look()
    assert process.collections == 1 + times


def test_a_growing_process_is_walked_through_a_few_times_in_all() -> None:
    process = Process()
    control = process.control()
    control.settle()
    while process.bytes < 1024 * MEGABYTE:
        process.bytes += MEGABYTE
        control.look()
    assert process.collections == 1 + 12  # log(16) / log(1.25)


def test_a_small_process_may_grow_by_a_little_without_being_looked_at() -> None:
    process = Process()
    process.bytes = 20 * MEGABYTE
    control = process.control()
    control.settle()
    process.bytes = 35 * MEGABYTE
    control.look()
    assert process.collections == 1


def test_old_objects_are_left_to_control_where_growth_is_told() -> None:
    process = Process()
    before = gc.get_threshold()
    process.bytes = 0
    process.control().settle()
    assert gc.get_threshold() == before
    process.bytes = MEGABYTE
    process.control().settle()
    assert gc.get_threshold()[:2] == before[:2]
    assert gc.get_threshold()[2] > 1_000_000


def test_a_real_process_loses_circles_and_does_not_walk_through_sessions_in_flight() -> None:
    child = Function(_turn_over)
    said, complaints = child.communicate()
    assert complaints == ""
    collections, circles_left = json.loads(said)
    # Without control: dozens, each through all that is in flight.
    assert collections == 0
    assert circles_left < 400


class _Circle:
    living = 0

    def __init__(self) -> None:
        self.own, self.weight = self, bytearray(100_000)
        _Circle.living += 1

    def __del__(self) -> None:
        _Circle.living -= 1


def _turn_over() -> None:
    """Print how often everything was collected while sessions came and went, and how many circles
    are left of 1,000 that grew old before they were let go."""
    everything: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            everything.append(1)

    control = GarbageControl()
    control.settle()
    gc.callbacks.append(note)
    for _ in range(100):  # waves of sessions in flight
        in_flight = [[[number]] for number in range(20_000)]
        control.look()
        del in_flight
    collections = len(everything)
    for _ in range(20):
        circles = [_Circle() for _ in range(50)]
        gc.collect(1)  # it is old now
        del circles
        control.look()
    print(json.dumps([collections, _Circle.living]))
