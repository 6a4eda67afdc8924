"""A backend that is watched without any load: its rules, judged as its watchers see it.

Microseconds since the start of the watch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit, urlunsplit

from kampyn_perf.alerts.engine import Engine, Event
from kampyn_perf.alerts.measured import MeasuredSamples
from kampyn_perf.alerts.rules import Rule
from kampyn_perf.errors import KampynError, UnreachableError
from kampyn_perf.measure.http import HttpGetter, NoAnswer
from kampyn_perf.measure.plan import WatchPlan
from kampyn_perf.measure.runner import Measured
from kampyn_perf.measure.watch import runner_of
from kampyn_perf.redact import redact_url
from kampyn_perf.units import MICROSECONDS

LAG_US = MICROSECONDS
"""How long a moment is waited for before it is judged: what was seen then has been told by now."""


class BackendWatch:
    """One backend, its watchers and its rules."""

    def __init__(
        self,
        url: str,
        *,
        plan: WatchPlan,
        rules: Mapping[str, Rule],
        now_us: Callable[[], int],
    ) -> None:
        """Raises KampynError for a URI of the plan that is none."""
        self.url = redact_url(url)
        self.engine = Engine(rules)
        self._now_us = now_us
        self._judged_us = 0
        self._measured = MeasuredSamples()
        self._runner = runner_of(plan, now_us=now_us, listener=self._measured.hear)

    def start(self) -> None:
        """Begin to look."""
        self._runner.start()

    def measured(self) -> Measured:
        """What the watchers saw until now."""
        return self._runner.snapshot()

    def stop(self) -> Measured:
        """End it; what the watchers saw, cost and could not see."""
        return self._runner.stop()

    def step(self) -> list[Event]:
        """Judge every whole second that can be judged by now and was not yet."""
        events: list[Event] = []
        while self._judged_us + MICROSECONDS <= self._now_us() - LAG_US:
            self._judged_us += MICROSECONDS
            self.engine.take(self._measured.until(self._judged_us))
            events += self.engine.evaluate(self._judged_us)
        return events


def check_page(url: str, *, timeout: float = 5.0) -> None:
    """Ask the backend for its page of metrics once, before anything is watched.

    Raises UnreachableError where nothing answers, KampynError where there is no such page.
    """
    parts = urlsplit(url)
    page = urlunsplit((parts.scheme, parts.netloc, "/metrics", "", ""))
    getter = HttpGetter(page, timeout=timeout)
    try:
        answer = getter.get()
    except NoAnswer as failure:
        raise UnreachableError(
            f"{redact_url(url)} cannot be watched: {failure}",
            hint="Is it running, and are host and port right?",
        ) from failure
    finally:
        getter.close()
    if answer.status != 200:
        raise KampynError(
            f"{redact_url(page)} answers {answer.status}: there is no page of metrics to watch",
            hint="The URL is that of the backend itself, as http://localhost:5001; its /metrics "
            "has to be there without a login.",
        )
