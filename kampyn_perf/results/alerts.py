"""What the alerts of a run came to, as its result keeps it. Times are microseconds since the start
of the run; values are in the unit that `unit` names."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from kampyn_perf.results.io import Record
from kampyn_perf.results.latency import NonNegative
from kampyn_perf.results.unit import Unit
from kampyn_perf.units import format_duration


class Severity(StrEnum):
    """How much an alert matters to whoever gets it."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class AlertState(StrEnum):
    """How it stands with a rule."""

    NO_DATA = "no_data"
    """Nothing to judge by, and that is not ok."""
    OK = "ok"
    FIRING = "firing"


class Firing(Record):
    """From when an alert fired to when it was resolved."""

    fired_us: NonNegative
    resolved_us: NonNegative | None = None
    """None: it was still firing at the end."""
    value: float
    """When it fired."""
    worst: float
    """While it fired."""
    subject: str = ""
    """Whose value it was, where there are several: an endpoint, `worker 2`."""


class AlertRecord(Record):
    """One rule, and what it came to in this run."""

    name: str
    metric: str
    statistic: str
    scope: dict[str, str] = Field(default_factory=dict)
    """{"endpoint": "POST /order/{userId}"}; empty for overall."""
    unit: Unit
    fires: str
    """The condition, as `> 1.00 s`."""
    window_us: NonNegative
    severity: Severity
    state: AlertState
    """At the end."""
    reason: str = ""
    """Why there is no data."""
    judged: NonNegative = 0
    """How often there was something to judge by, and it was judged."""
    firings: list[Firing] = Field(default_factory=list)
    unrecorded: NonNegative = 0
    """Firings beyond those that are kept."""
    undelivered: list[str] = Field(default_factory=list)
    """What its actions could not do, each with the reason."""

    @property
    def subject_text(self) -> str:
        """`response_time p95 POST /order/{userId}`."""
        statistic = [] if self.statistic == "share" else [self.statistic]
        return " ".join([self.metric, *statistic, *self.scope.values()])

    def span_text(self, firing: Firing) -> str:
        """`2 min 10 s to 3 min 40 s`, on the run's axis; `from 2 min 10 s on` where it fires."""
        start = format_duration(firing.fired_us)
        if firing.resolved_us is None:
            return f"from {start} on"
        return f"{start} to {format_duration(firing.resolved_us)}"

    def firing_text(self, firing: Firing) -> str:
        """`error_rate over 1 min 0 s was 12.5 %, at worst 43 % (fires > 5 %)`."""
        named = firing.subject in ("", *self.scope.values())
        subject = self.subject_text + ("" if named else f" ({firing.subject})")
        value, worst = self.unit.text(firing.value), self.unit.text(firing.worst)
        peak = f", at worst {worst}" if worst != value else ""
        window = format_duration(self.window_us)
        return f"{subject} over {window} was {value}{peak} (fires {self.fires})"
