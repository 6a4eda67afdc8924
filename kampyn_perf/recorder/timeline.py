"""The run second by second, in bounded memory whatever its length. Unit: whole microseconds.

At most `MAX_STRETCHES` stretches are kept: when a run outgrows them, every two neighbours become
one. A stretch that lies well in the past is sealed: its histogram is encoded (some hundred bytes
instead of 190 KB) and its figures are not computed again at every save.
"""

from __future__ import annotations

from kampyn_perf.histogram import Histogram
from kampyn_perf.results.load import Latency, Second
from kampyn_perf.units import MICROSECONDS

MAX_STRETCHES = 1200
_OPEN_STRETCHES = 5


class Stretch:
    """What ended within one stretch of the timeline."""

    def __init__(self) -> None:
        self.started = 0
        self.requests = 0
        self.failed = 0
        self.in_flight = 0
        self.late_max_us = 0
        self._open: Histogram | None = Histogram()
        self._sealed: Latency | None = None

    def response(self) -> Histogram:
        """The response times, open for more."""
        if self._open is None:
            self._open = self._sealed.decode() if self._sealed else Histogram()
            self._sealed = None
        return self._open

    def seal(self) -> Latency:
        """The figures of the response times, with the histogram put away."""
        if self._sealed is None:
            self._sealed = Latency.of(self.response())
        self._open = None
        return self._sealed

    def add(self, other: Stretch) -> None:
        """Add the stretch that follows."""
        self.started += other.started
        self.requests += other.requests
        self.failed += other.failed
        self.in_flight = other.in_flight
        self.late_max_us = max(self.late_max_us, other.late_max_us)
        self.response().add(other.response())


class Timeline:
    """Stretches by number: stretch n begins at n * `width_us`."""

    def __init__(self) -> None:
        self.width_us = MICROSECONDS
        self._stretches: dict[int, Stretch] = {}

    def at(self, moment_us: int) -> Stretch:
        """The stretch that contains `moment_us`."""
        while moment_us // self.width_us >= MAX_STRETCHES:
            self._halve()
        number = moment_us // self.width_us
        if number not in self._stretches:
            for old in self._numbers()[:-_OPEN_STRETCHES]:
                self._stretches[old].seal()
            self._stretches[number] = Stretch()
        return self._stretches[number]

    def recent(self, count: int) -> list[Stretch]:
        """The last `count` stretches, oldest first."""
        return [self._stretches[number] for number in self._numbers()[-count:]]

    def seconds(self) -> list[Second]:
        """All stretches for the result; open ones stay open."""
        return [self._second(number) for number in self._numbers()]

    def _second(self, number: int) -> Second:
        stretch = self._stretches[number]
        is_open = stretch._open is not None
        latency = Latency.of(stretch.response()) if is_open else stretch.seal()
        return Second(
            at_us=number * self.width_us,
            width_us=self.width_us,
            started=stretch.started,
            requests=stretch.requests,
            failed=stretch.failed,
            in_flight=stretch.in_flight,
            late_max_us=stretch.late_max_us,
            response=latency if latency.count else None,
        )

    def _numbers(self) -> list[int]:
        return sorted(self._stretches)

    def _halve(self) -> None:
        """Make every stretch twice as long: two neighbours become one."""
        halved: dict[int, Stretch] = {}
        for number in self._numbers():
            into = halved.setdefault(number // 2, Stretch())
            into.add(self._stretches[number])
            if number % 2:
                into.seal()
        self._stretches = halved
        self.width_us *= 2
