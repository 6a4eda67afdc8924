"""Rules over time: samples in, firings out. Pure: time is what it is told, in microseconds.

A rule is `no_data`, `ok` or `firing`. It fires when its window's value meets `fires`. It is
resolved when `clears` has held without a break for `keepFiringFor`; a value between the two limits,
or none at all, resolves nothing. (Prometheus's `keep_firing_for` counts the same way.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from kampyn_perf.alerts.reading import Reading, Subjects
from kampyn_perf.alerts.rules import Rule
from kampyn_perf.alerts.sample import Sample
from kampyn_perf.results.alerts import AlertRecord, AlertState, Firing

MAX_FIRINGS = 1000
"""Of one rule, kept in a result; more are only counted."""


class Change(StrEnum):
    """What happened to an alert."""

    FIRED = "fired"
    RESOLVED = "resolved"


@dataclass(frozen=True, kw_only=True)
class Event:
    """An alert that fired or was resolved."""

    change: Change
    name: str
    rule: Rule
    at_us: int
    fired_us: int
    """When it fired; the same as `at_us` where it is that which happened."""
    value: float
    subject: str = ""


class Alert:
    """One rule's state."""

    def __init__(self, name: str, rule: Rule) -> None:
        self._name = name
        self.rule = rule
        self._subjects = Subjects(rule)
        self._firings: list[Firing] = []
        self._unrecorded = 0
        self._judged = 0
        self._current: Firing | None = None
        self._clear_since_us: int | None = None
        self._reading = Reading(None, reason=f"nothing has measured {rule.metric}")

    def take(self, sample: Sample) -> None:
        """Add a sample, if it is what the rule is about."""
        self._subjects.take(sample)

    @property
    def state(self) -> AlertState:
        """How it stands."""
        if self._current:
            return AlertState.FIRING
        return AlertState.NO_DATA if self._reading.value is None else AlertState.OK

    @property
    def reading(self) -> Reading:
        """What it was last judged by."""
        return self._reading

    def evaluate(self, at_us: int) -> Event | None:
        """Judge the window that ends at `at_us`."""
        self._reading = reading = self._subjects.read(at_us)
        if reading.value is None:
            self._clear_since_us = None
            return None
        self._judged += 1
        if self._current is None:
            return (
                self._fire(reading.value, at_us) if self.rule.fires.holds(reading.value) else None
            )
        return self._keep_or_resolve(self._current, reading.value, at_us)

    def _fire(self, value: float, at_us: int) -> Event:
        self._clear_since_us = None
        self._current = Firing(
            fired_us=at_us, value=value, worst=value, subject=self._reading.subject
        )
        return self._event(Change.FIRED, self._current, value, at_us)

    def _keep_or_resolve(self, firing: Firing, value: float, at_us: int) -> Event | None:
        worst = max if self.rule.upwards else min
        self._current = firing.model_copy(update={"worst": worst(firing.worst, value)})
        if not self.rule.cleared_by.holds(value):
            self._clear_since_us = None
            return None
        if self._clear_since_us is None:
            self._clear_since_us = at_us
        if at_us - self._clear_since_us < self.rule.keepFiringFor:
            return None
        self._keep(self._current.model_copy(update={"resolved_us": at_us}))
        self._current = self._clear_since_us = None
        return self._event(Change.RESOLVED, firing, value, at_us)

    def _keep(self, firing: Firing) -> None:
        if len(self._firings) < MAX_FIRINGS:
            self._firings.append(firing)
        else:
            self._unrecorded += 1

    def _event(self, change: Change, firing: Firing, value: float, at_us: int) -> Event:
        return Event(
            change=change,
            name=self._name,
            rule=self.rule,
            at_us=at_us,
            fired_us=firing.fired_us,
            value=value,
            subject=self._reading.subject,
        )

    def record(self) -> AlertRecord:
        """What it came to so far."""
        rule = self.rule
        return AlertRecord(
            name=self._name,
            metric=rule.metric,
            statistic=rule.statistic,
            scope=rule.scope.as_dict(),
            unit=rule.described.unit,
            fires=str(rule.fires),
            window_us=rule.window,
            severity=rule.severity,
            state=self.state,
            reason=self._reading.reason,
            judged=self._judged,
            firings=[*self._firings, *([self._current] if self._current else [])],
            unrecorded=self._unrecorded,
        )


class Engine:
    """All rules together, on one axis of time."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._alerts = {name: Alert(name, rule) for name, rule in rules.items()}
        self._at_us = 0

    @property
    def alerts(self) -> Mapping[str, Alert]:
        """Each alert by its rule's name."""
        return self._alerts

    def take(self, samples: Iterable[Sample]) -> None:
        """Add what was measured; of each metric and subject in order of time."""
        for sample in samples:
            for alert in self._alerts.values():
                alert.take(sample)

    def evaluate(self, at_us: int) -> list[Event]:
        """Judge every rule at `at_us`. Raises ValueError where time goes back."""
        if at_us < self._at_us:
            raise ValueError(f"asked at {at_us} us, after {self._at_us} us")
        self._at_us = at_us
        events = (alert.evaluate(at_us) for alert in self._alerts.values())
        return [event for event in events if event is not None]

    def records(self) -> list[AlertRecord]:
        """What each rule came to so far."""
        return [alert.record() for alert in self._alerts.values()]
