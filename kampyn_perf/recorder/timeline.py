"""The run second by second, in bounded memory whatever its length. Unit: whole microseconds.

At most `MAX_STRETCHES` stretches are kept: when a run outgrows them, every two neighbours become
one. A stretch that lies well in the past is sealed: its histogram is encoded (some hundred bytes
instead of 190 KB) and its figures are not computed again at every save.
"""

from __future__ import annotations

from dataclasses import dataclass

from kampyn_perf.histogram import Histogram
from kampyn_perf.recorder.counted import CountedCell
from kampyn_perf.results.load import Latency, Second
from kampyn_perf.units import MICROSECONDS

MAX_STRETCHES = 1200
_OPEN_STRETCHES = 12
"""As many as a live view looks at: to open one takes as long as to seal it."""


@dataclass(frozen=True, kw_only=True)
class LiveSecond:
    """A stretch as it is now, while the run goes on."""

    at_us: int
    width_us: int
    started: int
    requests: int
    failed: int
    late_max_us: int
    response: Histogram
    """Response times; to be read, and not to be added to."""


class Stretch:
    """What ended within one stretch of the timeline."""

    def __init__(self, at_us: int, width_us: int) -> None:
        self.at_us = at_us
        self.width_us = width_us
        self.started = 0
        self.requests = 0
        self.failed = 0
        self.late_max_us = 0
        self.wake_max_us = 0
        self._in_flight: dict[int, tuple[int, int]] = {}
        self._open: Histogram | None = Histogram()
        self._sealed: Latency | None = None

    @property
    def in_flight(self) -> int:
        """Sessions at work at the end of the stretch, of all generators."""
        return sum(count for _moment, count in self._in_flight.values())

    @property
    def is_open(self) -> bool:
        """Whether the response times may still grow."""
        return self._open is not None

    def take(self, counted: CountedCell) -> None:
        """Add the requests of a cell."""
        self.failed += sum(counted.cell.errors.values())
        self.requests += counted.cell.ended
        response = self.response()
        response.add_packed(counted.response)
        response.add_packed(counted.failed_response)

    def late(self, *late_us: int) -> None:
        """Note how late sessions began."""
        self.late_max_us = max(self.late_max_us, *late_us)

    def woken(self, late_us: int) -> None:
        """Note how late a generator was woken, at most, from sleeping to known moments."""
        self.wake_max_us = max(self.wake_max_us, late_us)

    def gauge(self, generator: int, moment_us: int, in_flight: int) -> None:
        """What a generator had at work at a moment of this stretch; the latest counts."""
        before = self._in_flight.get(generator, (0, 0))
        self._in_flight[generator] = max(before, (moment_us, in_flight))

    def response(self) -> Histogram:
        """The response times, open for more."""
        if self._open is None:
            self._open = self._sealed.decode() if self._sealed else Histogram()
            self._sealed = None
        return self._open

    def read(self) -> Histogram:
        """The response times as they are; what is sealed stays sealed."""
        if self._open is not None:
            return self._open
        return self._sealed.decode() if self._sealed else Histogram()

    def seal(self) -> Latency:
        """The figures of the response times, with the histogram put away."""
        if self._sealed is None:
            self._sealed = Latency.of(self.response())
        self._open = None
        return self._sealed

    def figures(self) -> Latency:
        """The figures as they are now; what is open stays open."""
        return Latency.of(self._open) if self._open is not None else self.seal()

    def live(self) -> LiveSecond:
        """The stretch as it is now."""
        return LiveSecond(
            at_us=self.at_us,
            width_us=self.width_us,
            started=self.started,
            requests=self.requests,
            failed=self.failed,
            late_max_us=self.late_max_us,
            response=self.read(),
        )

    def add(self, other: Stretch) -> None:
        """Add the stretch that follows."""
        self.started += other.started
        self.requests += other.requests
        self.failed += other.failed
        for generator, (moment_us, in_flight) in other._in_flight.items():
            self.gauge(generator, moment_us, in_flight)
        self.late(other.late_max_us)
        self.woken(other.wake_max_us)
        self.response().add(other.read())


class Timeline:
    """Stretches by number: stretch n begins at n * `width_us`."""

    def __init__(self) -> None:
        self.width_us = MICROSECONDS
        self._stretches: dict[int, Stretch] = {}
        self._known: dict[int, Second] = {}
        """Of those that have not changed since."""

    def at(self, moment_us: int) -> Stretch:
        """The stretch that contains `moment_us`."""
        while moment_us // self.width_us >= MAX_STRETCHES:
            self._halve()
        number = moment_us // self.width_us
        self._known.pop(number, None)
        if number not in self._stretches:
            self._stretches[number] = Stretch(number * self.width_us, self.width_us)
            for old in self._numbers()[:-_OPEN_STRETCHES]:
                if old != number and self._stretches[old].is_open:
                    self._stretches[old].seal()
        return self._stretches[number]

    def recent(self, count: int) -> list[LiveSecond]:
        """The last `count` stretches, oldest first."""
        return [self._stretches[number].live() for number in self._numbers()[-count:]]

    def completed(self, *, since_us: int, until_us: int) -> list[LiveSecond]:
        """Those that begin at or after `since_us` and have ended by `until_us`, oldest first."""
        return [
            self._stretches[number].live()
            for number in self._numbers()
            if number * self.width_us >= since_us and (number + 1) * self.width_us <= until_us
        ]

    @property
    def most_requests(self) -> int:
        """That ended within one stretch."""
        return max((stretch.requests for stretch in self._stretches.values()), default=0)

    def seconds(self) -> list[Second]:
        """All stretches for the result; open ones stay open."""
        return [self._second(number) for number in self._numbers()]

    def _second(self, number: int) -> Second:
        """Of what is sealed: worked out once, until somebody asks for the stretch again."""
        if (known := self._known.get(number)) is not None:
            return known
        stretch = self._stretches[number]
        second = self._second_of(stretch)
        if not stretch.is_open:
            self._known[number] = second
        return second

    def _second_of(self, stretch: Stretch) -> Second:
        latency = stretch.figures()
        return Second(
            at_us=stretch.at_us,
            width_us=stretch.width_us,
            started=stretch.started,
            requests=stretch.requests,
            failed=stretch.failed,
            in_flight=stretch.in_flight,
            late_max_us=stretch.late_max_us,
            wake_max_us=stretch.wake_max_us,
            response=latency if latency.count else None,
        )

    def _numbers(self) -> list[int]:
        return sorted(self._stretches)

    def _halve(self) -> None:
        """Make every stretch twice as long: two neighbours become one."""
        halved: dict[int, Stretch] = {}
        for number in self._numbers():
            into = halved.setdefault(
                number // 2, Stretch(number // 2 * 2 * self.width_us, 2 * self.width_us)
            )
            into.add(self._stretches[number])
            if number % 2:
                into.seal()
        self._stretches = halved
        self._known.clear()
        self.width_us *= 2
