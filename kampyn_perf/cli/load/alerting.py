"""Puts the rules of `alerts` beside a run of `load`; neither knows the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kampyn_perf import load
from kampyn_perf.alerts import settings
from kampyn_perf.alerts.actions.delivery import Receiver
from kampyn_perf.alerts.actions.dispatch import Dispatcher, receivers
from kampyn_perf.alerts.actions.notice import Origin, sentence
from kampyn_perf.alerts.engine import Change, Event
from kampyn_perf.alerts.loading import LoadAlerts
from kampyn_perf.alerts.settings import Alerts
from kampyn_perf.cli.alerts.hosts import webhook_check
from kampyn_perf.load.clock import now_us
from kampyn_perf.measure.readings import Sample
from kampyn_perf.redact import redact_url
from kampyn_perf.results.alerts import AlertRecord, Severity

Remark = Callable[[str, load.Severity], None]
_SEVERITIES = {
    Severity.INFO: load.Severity.INFO,
    Severity.WARNING: load.Severity.WARNING,
    Severity.CRITICAL: load.Severity.ERROR,
}


class Alerting(load.Unobserved):
    """The rules of one run: hears of its seconds as an observer, and gives what they came to as
    what is measured beside it."""

    def __init__(self, rules: Alerts, made: Mapping[str, Receiver], *, remark: Remark) -> None:
        """`remark` is told what the action `log` has to say."""
        self._rules = rules
        self._receivers = made
        self._remark = remark
        self._alerts = LoadAlerts(rules.alerts, handle=self._handle)
        self._dispatcher: Dispatcher | None = None
        self._progress: load.Progress | None = None
        self._undelivered: Mapping[str, Sequence[str]] = {}

    def start(self, origin: Origin) -> None:
        """The run begins."""
        self._dispatcher = Dispatcher(
            self._receivers, origin=origin, log=self._log, stop=self._stop
        )

    def hear(self, at_us: int, sample: Sample) -> None:
        """What a watcher saw, from its own thread."""
        self._alerts.hear(at_us, sample)

    def interval(self, progress: load.Progress) -> None:
        """Judge what has become complete."""
        self._progress = progress
        self._alerts.interval(progress)
        self._progress = None

    def finish(self) -> None:
        """Nothing more will come: wait a moment for what is being told to webhooks and commands."""
        if self._dispatcher:
            self._undelivered = self._dispatcher.close()
            self._dispatcher = None

    def records(self) -> list[AlertRecord]:
        """What each rule came to so far."""
        return [
            record.model_copy(update={"undelivered": list(self._undelivered.get(record.name, []))})
            for record in self._alerts.records()
        ]

    def _handle(self, event: Event) -> None:
        if self._dispatcher:
            self._dispatcher.handle(event)

    def _log(self, event: Event) -> None:
        severity = _SEVERITIES[event.rule.severity]
        fired = event.change is Change.FIRED
        self._remark(f"Alert: {sentence(event)}", severity if fired else load.Severity.INFO)

    def _stop(self, reason: str) -> None:
        if self._progress:
            self._progress.stop(reason)


class WithAlerts:
    """A watcher of a run, and the rules beside it."""

    def __init__(self, watcher: load.Watcher, alerting: Alerting) -> None:
        self._watcher = watcher
        self._alerting = alerting
        self._target = ""
        self._stopped = False

    def prepare(self, target: load.WatchedTarget) -> None:
        self._target = redact_url(target.url)
        self._watcher.prepare(target)

    def start(self, zero_us: int) -> None:
        zero = datetime.now(UTC) + timedelta(microseconds=zero_us - now_us())
        self._alerting.start(Origin(kind="load", target=self._target, zero=zero))
        self._watcher.start(zero_us)

    def stop(self) -> None:
        self._watcher.stop()
        self._stopped = True

    def measured(self) -> load.Measured:
        if self._stopped:  # asked once more, when the last seconds have been judged
            self._alerting.finish()
        return replace(self._watcher.measured(), alerts=self._alerting.records())


def rules_of(name: str, sets: Sequence[str]) -> Alerts:
    """The rules; `sets` are those of `--set alerts.…`, without the `alerts.`."""
    return settings.load(name, sets=[f"alerts.{text}" for text in sets])


def receivers_of(rules: Alerts, request: load.LoadRequest) -> dict[str, Receiver]:
    """The webhooks and commands of `rules`. Raises ConfigError for what they would fail for."""
    allowed = {*rules.allowHosts, *request.spec.allow_hosts}
    return receivers(rules, environ=os.environ, check_host=webhook_check(allowed))
