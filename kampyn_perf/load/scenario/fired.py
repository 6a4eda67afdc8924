"""What a scenario measures itself and tells by `environment.events.request.fire(...)`.

Locust's clients, its plugins and people's own code report that way. Here it counts as a request:
by its name, for the session at work, failures above all. Our own client counts by a shorter way;
what it tells listeners goes past this (`listeners_of`).
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from gevent.timeout import Timeout as GeventTimeout
from locust.event import EventHook

from kampyn_perf.load.client import RequestSample
from kampyn_perf.load.client.explain import failure_text
from kampyn_perf.load.clock import now_us
from kampyn_perf.load.scenario.pauses import user_at_work
from kampyn_perf.outcomes import ErrorKind, kind_of_status

Record = Callable[[RequestSample], None]
_NAMELESS = "(without a name)"


class RecordingEvent(EventHook):  # type: ignore[misc]
    """Locust's request event, of which nothing that is fired goes past the recorder."""

    outside: Record
    """Counts what is fired by nobody's session."""

    @classmethod
    def take_over(
        cls, event: Any, outside: Record, *, keeps_statistics: bool = False
    ) -> RecordingEvent:
        """Turn `event` into one, for all who hold it already; Locust's own statistics, rounded and
        paid for by every sample, go, unless the scenario reads them."""
        event.__class__ = cls
        event.outside = outside
        event._handlers = [
            handler
            for handler in event._handlers
            if keeps_statistics or not str(getattr(handler, "__module__", "")).startswith("locust.")
        ]
        recording: RecordingEvent = event
        return recording

    def fire(self, *, reverse: bool = False, **meta: Any) -> None:
        """Count it, and tell the listeners."""
        user = user_at_work()
        (self.outside if user is None else user.request_done)(sample_of(meta))
        super().fire(reverse=reverse, **meta)


class Listeners:
    """Those of an event alone, for whoever has counted already."""

    def __init__(self, event: Any) -> None:
        self._event = event

    @property
    def _handlers(self) -> list[Any]:
        handlers: list[Any] = self._event._handlers
        return handlers

    def fire(self, **meta: Any) -> None:
        """Tell the listeners."""
        EventHook.fire(self._event, **meta)


def listeners_of(event: Any) -> Any:
    """The event as it is fired for what was counted already: nothing is recorded again."""
    return Listeners(event) if isinstance(event, RecordingEvent) else event


def sample_of(meta: dict[str, Any]) -> RequestSample:
    """The request that was fired, as one that ended now. Times that are no numbers count as 0,
    so that a failure is never lost for what else was said of it."""
    end_us = now_us()
    response = meta.get("response")
    status = _whole_number(getattr(response, "status_code", 0))
    error = meta.get("exception")
    failed = bool(error) or isinstance(error, BaseException)
    return RequestSample(
        method=str(meta.get("request_type") or ""),
        name=str(meta.get("name") or _NAMELESS),
        sent_us=end_us - round(_number(meta.get("response_time")) * 1000),
        end_us=end_us,
        status=status,
        error=_kind(error, status) if failed else None,
        received=_whole_number(meta.get("response_length")),
        sent=0,
        explain=partial(failure_text, _error(error), response) if failed else None,
    )


def _kind(error: Any, status: int) -> ErrorKind:
    """What it failed by; what is no error of the network is the scenario's own judgement."""
    kind = kind_of_status(status)
    if kind is not None:
        return kind
    if isinstance(error, TimeoutError | GeventTimeout) or "Timeout" in type(error).__name__:
        return ErrorKind.TIMEOUT
    if isinstance(error, ConnectionRefusedError | socket.gaierror):
        return ErrorKind.CONNECT
    if isinstance(error, ConnectionError):
        return ErrorKind.RESET
    return ErrorKind.CONNECT if isinstance(error, OSError) else ErrorKind.CONTENT


def _error(error: Any) -> BaseException:
    return error if isinstance(error, BaseException) else RuntimeError(str(error))


def _number(value: Any) -> float:
    try:
        number = float(value or 0)
    except (TypeError, ValueError):
        return 0.0
    return number if 0 <= number < 1e12 else 0.0


def _whole_number(value: Any) -> int:
    return int(_number(value))
