"""One rule's value over its window, of all the subjects that it is about. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from kampyn_perf.alerts.metrics import Kind
from kampyn_perf.alerts.rules import Rule
from kampyn_perf.alerts.sample import Sample
from kampyn_perf.alerts.windows import Window
from kampyn_perf.units import format_duration

MAX_SUBJECTS = 1000
"""Endpoints or processes that one rule keeps apart; a backend with more has broken names."""


@dataclass(frozen=True)
class Reading:
    """What a window says; without a value, why not."""

    value: float | None
    subject: str = ""
    """Whose value it is, where there are several: the worst one's."""
    reason: str = ""


class Subjects:
    """The windows of one rule: one for each endpoint or process that it is about."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._windows: dict[str, Window] = {}

    def take(self, sample: Sample) -> None:
        """Add `sample`, if it is what the rule is about."""
        rule = self._rule
        if sample.metric != rule.metric or not rule.scope.fits(sample.endpoint):
            return
        name = sample.endpoint or sample.subject
        window = self._windows.get(name)
        if window is None:
            if len(self._windows) >= MAX_SUBJECTS:
                return
            window = self._windows[name] = Window(rule.window)
        window.add(sample)

    def read(self, at_us: int) -> Reading:
        """The worst subject's value at `at_us`, or why there is none."""
        readings = []
        for name, window in list(self._windows.items()):
            window.slide(at_us)
            readings.append(self._read(name, window, at_us))
            if window.empty:  # a process that is gone: what comes under its name begins anew
                del self._windows[name]
        if not readings:
            return Reading(None, reason=f"nothing has measured {self._rule.metric}")
        valued = [(reading.value, reading) for reading in readings if reading.value is not None]
        if not valued:
            return readings[0]
        worst = max if self._rule.upwards else min
        return worst(valued, key=lambda pair: pair[0])[1]

    def _read(self, name: str, window: Window, at_us: int) -> Reading:
        rule = self._rule
        missing = self._missing(window, at_us)
        if missing:
            return Reading(None, name, missing)
        value = self._value(window)
        if value is None:
            events = rule.described.events
            return Reading(None, name, f"no {events} in {format_duration(rule.window)}")
        return Reading(value, name)

    def _missing(self, window: Window, at_us: int) -> str:
        rule = self._rule
        known_us = window.known_us(at_us)
        if rule.fullWindow and known_us < rule.window:
            have = format_duration(known_us)
            return f"the window of {format_duration(rule.window)} holds {have} so far"
        if rule.described.kind is Kind.RATE or window.weight >= rule.minSamples:
            return ""
        events = rule.described.events
        return (
            f"{window.weight:.0f} {events} in {format_duration(rule.window)}, "
            f"and {rule.minSamples} are needed"
        )

    def _value(self, window: Window) -> float | None:
        rule = self._rule
        if rule.quantile is not None:
            return window.quantile(rule.quantile, (rule.fires.limit, rule.cleared_by.limit))
        return window.most() if rule.statistic == "max" else window.ratio()
