"""A user's requests, each of them counted once: by the observer, which gets every sample, and by
Locust's `request` event, which is fired only if somebody listens. Microseconds and bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from gevent import GreenletExit
from mypy_extensions import mypyc_attr

from kampyn_perf.load.client.api import RequestObserver, RequestSample, Timeouts
from kampyn_perf.load.client.caught import PendingResponse, ReportedAs
from kampyn_perf.load.client.explain import failure_text
from kampyn_perf.load.client.requests import Prepared
from kampyn_perf.load.client.response import Response
from kampyn_perf.load.client.sender import Sender
from kampyn_perf.load.clock import now_us

_tuple: Any = tuple.__new__  # a named tuple made so, of every request, costs a third


@mypyc_attr(allow_interpreted_subclasses=True)
class CountedRequests:
    """What `Client` stands on."""

    def __init__(
        self,
        *,
        sender: Sender,
        observer: RequestObserver | None,
        request_event: Any,
        context: Callable[[], Mapping[str, Any]] | None,
        timeouts: Timeouts,
    ) -> None:
        self.observer = observer
        self.request_event = request_event
        self.timeouts = timeouts
        self._context = context
        self._sender = sender

    def send(
        self, prepared: Prepared, body: bytes | None, reported_as: ReportedAs
    ) -> PendingResponse:
        """Send what is ready, and return its response: to be judged in a with-block."""
        response = PendingResponse(prepared, body, now_us())
        try:
            self._sender.perform(response, self.timeouts, b"", True, True)
        except GreenletExit:
            if self.observer is not None:
                self.observer.request_cut(reported_as.method, reported_as.name, response.sent_us)
            raise
        response.report_with(self.report_judged, reported_as)
        return response

    def report_judged(self, response: PendingResponse) -> None:
        """Count a caught response, by what it is called by now."""
        method, name, _url, context = response.reported_as
        if (meta := response.meta) is not None:
            name, context = str(meta["name"]), meta["context"]
        self._report(response, method, name, context)

    def _report(
        self,
        response: Response,
        method: str,
        name: str,
        context: Mapping[str, Any] | None,
    ) -> None:
        """Tell the observer, and Locust's listeners if there are any."""
        error = response.error
        if self.observer is not None:
            self.observer.request_done(
                _tuple(
                    RequestSample,
                    (
                        method,
                        name,
                        response.sent_us,
                        response.end_us,
                        response.status_code,
                        None if error is None else error.kind,
                        response.wire_in,
                        response.wire_out,
                        None if error is None else partial(failure_text, error, response),
                    ),
                )
            )
        event = self.request_event
        if event is not None and getattr(event, "_handlers", True):
            elapsed_us = response.end_us - response.sent_us
            own = self._context() if self._context is not None else {}
            event.fire(
                request_type=method,
                name=name,
                context={**own, **context} if context else own,
                response=response,
                exception=error,
                start_time=time.time() - (now_us() - response.sent_us) / 1e6,
                url=response.first_url,
                response_length=response.size,
                response_time=elapsed_us / 1000,
            )
