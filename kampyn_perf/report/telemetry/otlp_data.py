"""Metrics and traces of a run as OpenTelemetry's SDK has them. The only module that knows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import export as form
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags
from prometheus_client.core import Metric

from kampyn_perf import __version__
from kampyn_perf.recorder.traces import RequestTrace, SessionTrace
from kampyn_perf.results.load import LoadResult

_SCOPE = InstrumentationScope("kampyn-perf", __version__)
_US = 1000
"""Nanoseconds."""


def metric_exporter(url: str, *, timeout_s: float) -> OTLPMetricExporter:
    """Sends what `Data.metrics` makes."""
    return OTLPMetricExporter(endpoint=url, timeout=timeout_s)


def trace_exporter(url: str, *, timeout_s: float) -> OTLPSpanExporter:
    """Sends what `Data.spans` makes."""
    return OTLPSpanExporter(endpoint=url, timeout=timeout_s)


class Data:
    """Of one run."""

    def __init__(self, attributes: Mapping[str, str], phases: Sequence[str]) -> None:
        self._resource = Resource(dict(attributes))
        self._phases = phases

    def metrics(
        self, families: Iterable[Metric], result: LoadResult, at_ns: int
    ) -> form.MetricsData:
        """Sums since the start of the run, by its own clock, and gauges of now."""
        since_ns = round(datetime.fromisoformat(result.started_at).timestamp() * 1e9)
        metrics = [_metric(family, since_ns, at_ns) for family in families if family.samples]
        scope = form.ScopeMetrics(scope=_SCOPE, metrics=metrics, schema_url="")
        resource = form.ResourceMetrics(
            resource=self._resource, scope_metrics=[scope], schema_url=""
        )
        return form.MetricsData(resource_metrics=[resource])

    def spans(self, sessions: Iterable[SessionTrace]) -> list[ReadableSpan]:
        """Each session as a span, with its requests below it."""
        return [span for session in sessions for span in self._session(session)]

    def _session(self, session: SessionTrace) -> Iterator[ReadableSpan]:
        root = _context(session.trace, session.span)
        failed = session.why != "slow"
        yield self._span(
            name=session.flow,
            context=root,
            parent=None,
            kind=SpanKind.INTERNAL,
            times=(session.due_us, session.end_us),
            status=Status(StatusCode.ERROR, session.why) if failed else Status(),
            attributes={
                "kampyn_perf.phase": self._phases[session.phase],
                "kampyn_perf.session": session.number,
                "kampyn_perf.why": session.why,
                "kampyn_perf.requests_left_out": session.left_out,
            },
        )
        for request in session.requests:
            yield self._span(
                name=request.name,
                context=_context(session.trace, request.span),
                parent=root,
                kind=SpanKind.CLIENT,
                times=(request.start_us, request.end_us),
                status=_status(request),
                attributes=_attributes(request),
            )

    def _span(
        self,
        *,
        name: str,
        context: SpanContext,
        parent: SpanContext | None,
        kind: SpanKind,
        times: tuple[int, int],
        status: Status,
        attributes: Mapping[str, Any],
    ) -> ReadableSpan:
        return ReadableSpan(
            name=name,
            context=context,
            parent=parent,
            resource=self._resource,
            attributes=attributes,
            kind=kind,
            status=status,
            start_time=times[0] * _US,
            end_time=times[1] * _US,
            instrumentation_scope=_SCOPE,
        )


def _context(trace: str, span: str) -> SpanContext:
    return SpanContext(
        trace_id=int(trace, 16),
        span_id=int(span, 16),
        is_remote=False,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )


def _status(request: RequestTrace) -> Status:
    if not request.error:
        return Status()
    return Status(StatusCode.ERROR, request.words or request.error)


def _attributes(request: RequestTrace) -> dict[str, Any]:
    attributes: dict[str, Any] = {
        "http.request.method": request.name.partition(" ")[0],
        "kampyn_perf.response_time": (request.end_us - request.due_us) / 1e6,
        "kampyn_perf.waited": (request.start_us - request.due_us) / 1e6,
    }
    if request.status:
        attributes["http.response.status_code"] = request.status
    if request.error:
        attributes["error.type"] = request.error
    return attributes


def _metric(family: Metric, since_ns: int, at_ns: int) -> form.Metric:
    return form.Metric(
        name=family.name,
        description=family.documentation,
        unit="s" if family.name.endswith("_seconds") else "",
        data=_points(family, since_ns, at_ns),
    )


def _points(family: Metric, since_ns: int, at_ns: int) -> Any:
    if family.type == "histogram":
        points = [_histogram(key, own, since_ns, at_ns) for key, own in _by_labels(family)]
        return form.Histogram(
            data_points=points, aggregation_temporality=form.AggregationTemporality.CUMULATIVE
        )
    numbers = [
        form.NumberDataPoint(
            attributes=dict(sample.labels),
            start_time_unix_nano=since_ns,
            time_unix_nano=at_ns,
            value=float(sample.value),  # a whole number would go out as another type
        )
        for sample in family.samples
    ]
    if family.type == "counter":
        return form.Sum(
            data_points=numbers,
            aggregation_temporality=form.AggregationTemporality.CUMULATIVE,
            is_monotonic=True,
        )
    return form.Gauge(data_points=numbers)


def _by_labels(family: Metric) -> Iterator[tuple[dict[str, str], list[Any]]]:
    """The samples of each histogram of a family; they stand one after the other."""

    def own(sample: Any) -> dict[str, str]:
        return {name: value for name, value in sample.labels.items() if name != "le"}

    for labels, samples in groupby(family.samples, own):
        yield labels, list(samples)


def _histogram(
    labels: Mapping[str, str], samples: Sequence[Any], since_ns: int, at_ns: int
) -> form.HistogramDataPoint:
    """Prometheus counts all that is as small as an edge; here each bucket counts its own."""
    below = [sample for sample in samples if sample.name.endswith("_bucket")]
    edges = [float(sample.labels["le"]) for sample in below]
    counts = [0, *(round(sample.value) for sample in below)]
    total = next(sample.value for sample in samples if sample.name.endswith("_sum"))
    return form.HistogramDataPoint(
        attributes=dict(labels),
        start_time_unix_nano=since_ns,
        time_unix_nano=at_ns,
        count=counts[-1],
        sum=total,
        bucket_counts=[after - before for before, after in pairwise(counts)],
        explicit_bounds=edges[:-1],  # the last one is without an end
        min=None,  # type: ignore[arg-type]  # the protocol lets both be left out
        max=None,  # type: ignore[arg-type]
    )
