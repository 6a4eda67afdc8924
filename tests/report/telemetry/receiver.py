"""An OpenTelemetry receiver and a push gateway as small servers that keep what they are told."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Receiver(ThreadingHTTPServer):
    """Listens on loopback; answers with `status`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        """Method, path, headers, body."""
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def bodies(self, path: str) -> list[bytes]:
        return [body for _method, asked, _headers, body in self.asked if asked == path]

    @property
    def metrics(self) -> list[Any]:
        """The metrics of each delivery."""
        return [
            list(
                ExportMetricsServiceRequest.FromString(body)
                .resource_metrics[0]
                .scope_metrics[0]
                .metrics
            )
            for body in self.bodies("/v1/metrics")
        ]

    @property
    def resource(self) -> dict[str, str]:
        """Whose metrics they are."""
        request = ExportMetricsServiceRequest.FromString(self.bodies("/v1/metrics")[0])
        found = request.resource_metrics[0].resource.attributes
        return {one.key: one.value.string_value for one in found}

    @property
    def spans(self) -> list[Any]:
        """All that were told."""
        return [
            span
            for body in self.bodies("/v1/traces")
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_GET = _take  # noqa: N815 (the library's names)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing."""


@contextmanager
def receiver() -> Iterator[Receiver]:
    """One that runs."""
    server = Receiver()
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def attributes(of: Any) -> dict[str, Any]:
    """Of a span or a point, as plain values."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in of.attributes}
