"""How one request ended: the kinds of error, shared by the client that meets them and the
recorder that counts them. No unit; the values are what result files say."""

from __future__ import annotations

from enum import StrEnum


class ErrorKind(StrEnum):
    """Why a request did not succeed. A request that succeeded has no kind (`None`)."""

    CONNECT = "connect"
    """No connection: refused, unreachable, name not resolved, TLS not agreed."""
    RESET = "reset"
    """The connection broke before the response was complete."""
    TIMEOUT = "timeout"
    """A limit of time passed: connect, read (no byte for so long) or total."""
    PROTOCOL = "protocol"
    """What came was not a valid HTTP/1.1 response, or passed a limit of size."""
    CONTENT = "content"
    """The response came whole, and the scenario judged it wrong (`response.failure(...)`)."""
    HTTP_4XX = "http_4xx"
    """A status from 400 to 499."""
    HTTP_5XX = "http_5xx"
    """A status from 500 to 599."""


TRANSPORT_KINDS = frozenset(
    {ErrorKind.CONNECT, ErrorKind.RESET, ErrorKind.TIMEOUT, ErrorKind.PROTOCOL}
)
"""The kinds without a usable response: what availability counts as an error beside 5xx."""


def kind_of_status(status: int) -> ErrorKind | None:
    """The kind that a complete response of this status has; None below 400."""
    if status < 400:
        return None
    return ErrorKind.HTTP_4XX if status < 500 else ErrorKind.HTTP_5XX
