"""What the operating system tells: a sleep of the machine is one, and a lost CPU is none."""

from __future__ import annotations

import time
from collections.abc import Iterable

import pytest

from kampyn_perf.load.generator.system import suspended_us

pytestmark = pytest.mark.skipif(
    not hasattr(time, "CLOCK_BOOTTIME"), reason="this system has no clock that counts sleep"
)
MILLISECOND = 1_000_000


class Clocks:
    """Two clocks that are `slept_ns` apart; each reading takes as long as the next of `took_ns`,
    and then a microsecond."""

    def __init__(self, slept_ns: int, took_ns: Iterable[int]) -> None:
        self._slept_ns = slept_ns
        self._took_ns = iter(took_ns)
        self._now_ns = 0

    def read_ns(self, clock: int) -> int:
        self._now_ns += next(self._took_ns, 1000)
        return self._now_ns + (self._slept_ns if clock == time.CLOCK_BOOTTIME else 0)


@pytest.mark.parametrize("slept_ms", [0, 5000])
@pytest.mark.parametrize("lost", range(4))
def test_a_cpu_lost_between_two_readings_is_no_sleep(slept_ms: int, lost: int) -> None:
    clocks = Clocks(
        slept_ms * MILLISECOND, [4 * MILLISECOND if n == lost else 1000 for n in range(4)]
    )
    assert suspended_us(clocks.read_ns) == slept_ms * 1000


def test_where_every_reading_is_disturbed_the_closest_one_counts() -> None:
    rows = (
        [(3 * MILLISECOND, MILLISECOND)] * 4 + [(50_000, 50_000)] + [(MILLISECOND, MILLISECOND)] * 5
    )
    clocks = Clocks(0, (took for boot, after in rows for took in (1000, boot, after)))
    assert abs(suspended_us(clocks.read_ns)) <= 50


def test_this_machine_does_not_sleep_while_it_is_asked() -> None:
    assert abs(suspended_us() - suspended_us()) < 1000
