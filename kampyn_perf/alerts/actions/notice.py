"""An alert that fired or was resolved, as webhooks and commands get it: one JSON object. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from kampyn_perf import names
from kampyn_perf.alerts.engine import Change, Event
from kampyn_perf.units import MICROSECONDS, format_duration


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What is being watched."""

    kind: str
    """`load` or `watch`."""
    target: str
    """A URL without secrets."""
    zero: datetime
    """The moment that the events' times count from."""
    folder: str = ""
    """Of a load, its run's folder."""

    def moment(self, at_us: int) -> str:
        """ISO 8601, UTC."""
        moment = self.zero.astimezone(UTC) + timedelta(microseconds=at_us)
        return moment.isoformat(timespec="milliseconds")


def sentence(event: Event) -> str:
    """`high_error_rate fired: error_rate 12.5 % over 1 min 0 s (fires > 5 %)`."""
    rule = event.rule
    unit = rule.described.unit
    statistic = "" if rule.statistic == "share" else f" {rule.statistic}"
    of = event.subject or rule.scope.endpoint
    subject = f" of {of}" if of else ""
    value = f"{rule.metric}{statistic}{subject} {unit.text(event.value)}"
    window = format_duration(rule.window)
    if event.change is Change.FIRED:
        return f"{event.name} fired: {value} over {window} (fires {rule.fires})"
    lasted = format_duration(event.at_us - event.fired_us)
    return f"{event.name} resolved after {lasted}: {value} over {window} (clears {rule.cleared_by})"


def notice(event: Event, origin: Origin) -> dict[str, Any]:
    """The document; `docs/alerts.md` has it."""
    rule = event.rule
    return {
        "schema": names.ALERT_SCHEMA,
        "version": names.ALERT_VERSION,
        "alert": event.name,
        "state": "firing" if event.change is Change.FIRED else "resolved",
        "severity": rule.severity.value,
        "text": sentence(event),
        "description": rule.description,
        "metric": rule.metric,
        "statistic": rule.statistic,
        "scope": rule.scope.as_dict(),
        "subject": event.subject,
        "unit": rule.described.unit.value,
        "value": event.value,
        "fires": str(rule.fires),
        "window_s": rule.window / MICROSECONDS,
        "at": origin.moment(event.at_us),
        "at_us": event.at_us,
        "fired_at": origin.moment(event.fired_us),
        "source": origin.kind,
        "target": origin.target,
        "folder": origin.folder,
    }


def encoded(document: dict[str, Any]) -> bytes:
    """The bytes that are sent, and signed."""
    return orjson.dumps(document)
