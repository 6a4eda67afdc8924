"""The one shape of every error that a client meets, and the refusals that come before a route."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import BaseModel
from starlette.exceptions import HTTPException

CODES = {
    404: "not_found",
    405: "method_not_allowed",
    408: "too_slow",
    413: "too_large",
    422: "invalid",
    429: "too_many_requests",
    500: "internal",
    503: "unavailable",
}
"""The word for programs where a status alone decides it; of all others it is `bad_request`."""


class ErrorBody(BaseModel):
    """What every error looks like."""

    error: str
    """For programs: one word per kind."""
    message: str
    """For people."""
    details: Any = None


def error_body(code: str, message: str, details: Any = None) -> bytes:
    """An `ErrorBody` as JSON; without `details` where there are none."""
    body = {"error": code, "message": message}
    if details is not None:
        body["details"] = details
    return orjson.dumps(body, option=orjson.OPT_UTC_Z)


def code_of(status: int) -> str:
    """The word for programs of a status that has no kind of its own."""
    return CODES.get(status, "bad_request")


class RefusedRequestError(HTTPException):
    """Refused before a route saw it; an HTTPException, so that it gets through FastAPI."""


class TooLargeError(RefusedRequestError):
    """The body is larger than `max_body`."""

    def __init__(self) -> None:
        super().__init__(413, "The body is too large.")


class TooSlowError(RefusedRequestError):
    """The body did not come to its end in time."""

    def __init__(self) -> None:
        super().__init__(408, "The body took too long.")


class TooLateError(RefusedRequestError):
    """The answer did not begin in time: something behind us is stalled."""

    def __init__(self) -> None:
        super().__init__(503, "The answer took too long.", headers={"Retry-After": "1"})
