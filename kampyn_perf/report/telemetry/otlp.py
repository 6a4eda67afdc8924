"""A run's metrics and traces as OTLP over HTTP, sent by OpenTelemetry's own exporters.

Their pipelines are left out: figures are added up already, and which traces are told was decided
when their sessions ended. What is handed to the exporters are the data that pipelines end in.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from kampyn_perf import __version__
from kampyn_perf.errors import KampynError
from kampyn_perf.redact import redact_text, redact_url
from kampyn_perf.report.telemetry.snapshot import DeliveryError, Snapshot

_TIMEOUT_S = 5.0
_LOGGER = "opentelemetry.exporter.otlp"


class Otlp:
    """One receiver: `URL/v1/metrics` and `URL/v1/traces`."""

    def __init__(self, url: str, *, attributes: Mapping[str, str], phases: Sequence[str]) -> None:
        """`attributes` say whose data it is; `phases` are their names. Headers and certificates
        come from OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_HEADERS ...). Raises KampynError
        where the exporters are not installed."""
        try:
            from kampyn_perf.report.telemetry import otlp_data
        except ImportError as error:
            raise KampynError(
                "OpenTelemetry's exporter, which --otlp needs, is not installed",
                hint="pip install 'kampyn-perf[otel]'",
            ) from error
        base = url.rstrip("/")
        self.name = f"OTLP {redact_url(url)}"
        self._complaints = _Complaints()
        self._data = otlp_data.Data(attributes, phases)
        self._metrics = otlp_data.metric_exporter(f"{base}/v1/metrics", timeout_s=_TIMEOUT_S)
        self._traces = otlp_data.trace_exporter(f"{base}/v1/traces", timeout_s=_TIMEOUT_S)

    def send(self, snapshot: Snapshot) -> None:
        """Both, traces first: they are told once. Raises DeliveryError."""
        problems = []
        if snapshot.traces:
            problems += self._try("traces", self._traces, self._data.spans(snapshot.traces))
        metrics = self._data.metrics(snapshot.families, snapshot.result, snapshot.at_ns)
        problems += self._try("metrics", self._metrics, metrics)
        if problems:
            raise DeliveryError("; ".join(problems))

    def _try(self, what: str, exporter: Any, data: Any) -> list[str]:
        """What went wrong: the exporters tell success apart, and give the reason to a log."""
        with self._complaints as complaints:
            try:
                if exporter.export(data).name == "SUCCESS":
                    return []
            except Exception as error:  # noqa: BLE001 (of requests, urllib3, ssl: whichever)
                complaints.lines.append(f"{type(error).__name__}: {error}")
            said = complaints.lines[-1] if complaints.lines else "not taken"
        return [f"{what}: {redact_text(said)}"]


class _Complaints(logging.Handler):
    """What the exporters log, kept from the terminal."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []
        logger = logging.getLogger(_LOGGER)
        logger.addHandler(self)
        logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the words."""
        self.lines.append(record.getMessage())

    def __enter__(self) -> _Complaints:
        self.lines = []
        return self

    def __exit__(self, *_: object) -> None: ...


def attributes_of(*, instance: str, target: str, profile: str) -> dict[str, str]:
    """Whose data it is, in OpenTelemetry's words where it has them."""
    return {
        "service.name": "kampyn-perf",
        "service.version": __version__,
        "service.instance.id": instance,
        "kampyn_perf.target": target,
        "kampyn_perf.profile": profile,
    }
