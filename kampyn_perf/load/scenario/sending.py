"""Sends the requests of a session: those that are ready but for a few values by the shortest way,
those with options of their own as the client takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kampyn_perf.load.client import Client, PendingResponse, ReportedAs
from kampyn_perf.load.client.requests import RequestFactory
from kampyn_perf.load.client.template import PathTemplate
from kampyn_perf.load.scenario.own_state import cookies_of
from kampyn_perf.load.scenario.prepared import PreparedRequest
from kampyn_perf.load.scenario.ready import ReadyRequest
from kampyn_perf.load.scenario.session import Session
from kampyn_perf.load.scenario.templates import as_text


def exchange(
    client: Any,
    request: PreparedRequest,
    session: Session,
    headers: Mapping[str, str] | None,
    acknowledged: Any,
) -> tuple[Any, bool]:
    """The answer to a request of `session`, judged and counted, and whether the session goes on.
    `acknowledged` notes what the target has promised by it; None where nobody asks for that."""
    failures, data = session.failures, session.data
    goes_on = False
    sent: Any = send_ready(client, request, data, headers)
    if sent is None:
        sent = send_with_options(client, request, data, headers)
    with sent as response:
        if not request.judge.idle:
            goes_on = request.judge.judge(response, data)
        if acknowledged is not None and acknowledged.endpoint == request.name:
            acknowledged.note(response)
    # Of several at the same time, the session's count does not say which one failed.
    if session.together is None:
        return response, goes_on or session.failures == failures
    return response, goes_on or not response.error


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


def send_with_options(
    client: Any,
    request: PreparedRequest,
    data: Mapping[str, Any],
    more: Mapping[str, str] | None,
) -> Any:
    """The answer to any other request, likewise."""
    own = request.headers(data)
    headers = {**own, **more} if own and more else own or more
    options = request.options(data)
    if request.keeps_cookies and "cookies" in options:
        options = dict(options)
        for name, value in options.pop("cookies").items():
            cookies_of(client).set(name, as_text(value))
    return client.request(request.method, request.address(data), headers=headers, **options)


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
