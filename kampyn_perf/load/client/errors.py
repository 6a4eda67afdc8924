"""What a request can fail with. Each error knows its kind, so that counting needs no table."""

from __future__ import annotations

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.outcomes import ErrorKind, kind_of_status


class HttpError(Exception):
    """A request that failed. Locust shows `repr(error)` in its failures table."""

    kind: ErrorKind = ErrorKind.PROTOCOL


class ConnectError(HttpError):
    """No connection could be made; nothing was sent."""

    kind = ErrorKind.CONNECT


class ConnectionLostError(HttpError):
    """The connection ended before the response was complete."""

    kind = ErrorKind.RESET


class TimedOutError(HttpError):
    """The connect, read or total limit passed."""

    kind = ErrorKind.TIMEOUT


class ProtocolError(HttpError):
    """The bytes were not a valid HTTP/1.1 response, or the response passed a limit of size."""

    kind = ErrorKind.PROTOCOL


class DecodeError(ProtocolError):
    """A body that is not what its Content-Encoding or Content-Type says."""


class StatusError(HttpError):
    """A complete response with a status of 400 or above."""

    def __init__(self, status: int, url: str) -> None:
        super().__init__(f"HTTP {status} for {url}")
        self.status = status
        self.kind = kind_of_status(status) or ErrorKind.PROTOCOL

    def __repr__(self) -> str:
        # Without the URL: failures are grouped by this text, and every URL would be a group.
        return f"StatusError({self.status})"


class CheckError(HttpError):
    """The scenario judged the response wrong."""

    kind = ErrorKind.CONTENT


class RequestRefusedError(KampynError, ValueError):
    """A request that must not be sent: a fault of the scenario, raised before anything is sent."""


class HostNotAllowedError(RequestRefusedError):
    """The URL's host is neither loopback nor on the list of allowed hosts."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"the host {host!r} may not be loaded",
            code=ExitCode.USAGE,
            hint=f"Allow it with --allow-host {host}, if it is yours to load.",
        )
        self.host = host
