"""The client's contracts: who counts its samples, its limits of time, what its methods take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypedDict

from kampyn_perf.outcomes import ErrorKind


class RequestSample(NamedTuple):
    """One finished request: redirects and a safe retry included."""

    method: str
    name: str
    """What reports group it under."""
    sent_us: int
    """Of `clock.now_us`, as `end_us`."""
    end_us: int
    status: int
    """0 without a response."""
    error: ErrorKind | None
    received: int
    """Bytes of the wire, as `sent`."""
    sent: int
    explain: Callable[[], str] | None = None
    """In whose words it failed, for who wants them; None for a success."""


class RequestObserver(Protocol):
    """Who counts requests. Called once for each; must not block or raise."""

    def request_done(self, sample: RequestSample, /) -> None:
        """It has ended, well or badly."""

    def request_cut(self, method: str, name: str, sent_us: int, /) -> None:
        """The run was ended while the answer was still out; there is no `request_done` for it."""


_NO_LIMIT_US = 1 << 60
_TOTAL_US = 120_000_000


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits of one request."""

    connect_us: int = 10_000_000
    """To connect, TLS included."""
    read_us: int = 60_000_000
    """Between two arrivals of bytes."""
    total_us: int = _TOTAL_US
    """For all of it, redirects included."""

    @classmethod
    def of(
        cls, value: float | tuple[float | None, float | None], *, total_us: int = _TOTAL_US
    ) -> Timeouts:
        """Of what scenario authors write: seconds for all of it, or (connect, read) in seconds,
        either of them None for no limit but `total_us`."""
        if isinstance(value, tuple):
            connect, read = (_NO_LIMIT_US if part is None else int(part * 1e6) for part in value)
            return cls(connect_us=connect, read_us=read, total_us=total_us)
        limit = int(value * 1e6)
        return cls(connect_us=limit, read_us=limit, total_us=limit)


class Options(TypedDict, total=False):
    """What every method takes beside the URL."""

    name: str | None
    data: Any
    json: Any
    params: Any
    headers: Mapping[str, str] | None
    cookies: Mapping[str, str] | None
    files: Any
    auth: tuple[str | bytes, str | bytes] | None
    timeout: float | tuple[float, float] | None
    allow_redirects: bool
    catch_response: bool
    context: Mapping[str, Any] | None
    discard_body: bool
    stream: bool
