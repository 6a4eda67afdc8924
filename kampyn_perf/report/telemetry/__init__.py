"""A run told to others while it goes on: OpenTelemetry receivers, Prometheus push gateways.

`otlp` and `push_gateway` each know one protocol, by its own library; `delivery` is the thread that
nothing of a run ever waits for.
"""
