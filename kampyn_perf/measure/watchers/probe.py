"""Availability, as somebody sees it who adds no load: the health route, asked at a steady pace.

Every moment at which a probe was due counts, also those that passed while one before it waited for
an answer (otherwise a stall would count as one probe). A probe fails unless a 2xx or 3xx comes
within the time-out after it was *due*. As the next one is sent when the one before it ended, that
leaves each at least one interval of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from kampyn_perf import names
from kampyn_perf.measure.http import Answer, HttpGetter, NoAnswer
from kampyn_perf.measure.readings import NotSeen, Quantity, Reading, Remark, Sample
from kampyn_perf.redact import redact_url
from kampyn_perf.units import MICROSECONDS

EVERY_US = 100_000
"""Ten a second. 99.9 % is shown at 95 % confidence by 3,688 probes without a failure (two-sided,
Clopper-Pearson), which the documented run's 420 s hold at this pace; one of a minute cannot show
it, at any pace that is no load itself."""
TIMEOUT_US = 5_000_000
"""What load balancers take for dead by default (Amazon's: 5 s)."""


class ProbeWatcher:
    """Asks `url` every `interval_us`."""

    waits = True
    every_slot = True
    provides = (names.PROBE_AVAILABILITY,)

    def __init__(
        self,
        url: str,
        *,
        now_us: Callable[[], int],
        interval_us: int = EVERY_US,
        timeout_us: int = TIMEOUT_US,
    ) -> None:
        path = urlsplit(url).path or "/"
        self.name = f"probe of {path}"
        self.interval_us = interval_us
        self._timeout_us = timeout_us
        self._now_us = now_us
        self._url = url
        self._http = HttpGetter(url, timeout=timeout_us / MICROSECONDS)
        self._seen_well = False
        """Whether the route ever answered as a health route does; until then it may be none."""
        source = f"GET {path}"
        self._availability = Quantity(names.PROBE_AVAILABILITY, "health route", source, "share")
        self._time = Quantity(names.PROBE_TIME, "health route", source, "us")

    def sample(self, at_us: int) -> Iterator[Reading]:
        """One probe, that was due at `at_us`."""
        late_us = self._now_us() - at_us
        if late_us > self._timeout_us:
            # No probe before this one can have taken so long: this machine slept or starved.
            yield Remark("this machine was too late for some probes; they are not counted")
            return
        try:
            answer = self._http.get(timeout=(self._timeout_us - late_us) / MICROSECONDS)
        except NoAnswer as failure:
            yield Remark(f"a probe failed: {failure}")
            yield Sample(self._availability, 0.0, weight=1)
            return
        well = answer.status < 400
        self._refuse_strange_route(answer, well=well)
        if not well:
            yield Remark(f"a probe failed: HTTP {answer.status}")
        yield Sample(self._availability, float(well), weight=1)
        taken_us = self._now_us() - at_us
        yield Sample(self._time, taken_us, weight=1, maximum=taken_us)

    def close(self) -> None:
        self._http.close()

    def _refuse_strange_route(self, answer: Answer, *, well: bool) -> None:
        """A 4xx from the very first probe on says that this is no health route, or not for us; it
        says nothing about whether the service is up."""
        self._seen_well = self._seen_well or well or answer.status >= 500
        if not self._seen_well:
            raise NotSeen(
                f"GET {redact_url(self._url)} answers {answer.status}, as no health route does",
                remedy="name the health route with --probe PATH, or watch.probe.path in the "
                "target's file",
            )
