"""Sends requests that are ready but for a few values, past all that only others need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kampyn_perf.load.client import Client, PendingResponse, ReportedAs
from kampyn_perf.load.client.requests import RequestFactory
from kampyn_perf.load.client.template import PathTemplate
from kampyn_perf.load.scenario.prepared import PreparedRequest
from kampyn_perf.load.scenario.ready import ReadyRequest


def send_ready(
    client: Any,
    request: PreparedRequest,
    data: Mapping[str, Any],
    more: Mapping[str, str] | None,
) -> PendingResponse | None:
    """The answer, for the session that has this data, to a request with further headers; None where
    it has to go the longer way. Raises MissingFieldError."""
    ready = request.ready
    if ready is None or type(client) is not Client or client.headers:
        return None
    bound: _Bound | None = ready.bound
    if bound is None or bound.template.factory is not client.factory:
        try:
            bound = ready.bound = _Bound(ready, client.factory)
        except ValueError:
            request.ready = None
            return None
    prepared = bound.template.prepared(ready.values(data), more)
    return client.send(prepared, ready.body(data), bound.reported_as)


class _Bound:
    """What is the same for all who ask one target."""

    __slots__ = ("reported_as", "template")

    def __init__(self, ready: ReadyRequest, factory: RequestFactory) -> None:
        """Raises ValueError for a path that has to be looked at each time it is filled in."""
        self.reported_as = ReportedAs(ready.method, ready.name, "")
        self.template = PathTemplate(
            factory,
            method=ready.method,
            parts=ready.parts,
            json=ready.json,
            headers=ready.headers,
        )
