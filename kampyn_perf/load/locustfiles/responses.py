"""What Locust's HTTP clients give back, as far as scenarios see it: the lean client's responses,
with the faces of requests'."""

from __future__ import annotations

import json as stdlib_json
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import locust  # noqa: F401 (ahead of requests: it patches what that imports)
import requests

from kampyn_perf.load.client import CaughtResponse, CookieJar, RequestRefusedError, Response
from kampyn_perf.outcomes import ErrorKind

_ERRORS: dict[ErrorKind, type[requests.RequestException]] = {
    ErrorKind.CONNECT: requests.ConnectionError,
    ErrorKind.RESET: requests.ConnectionError,
    ErrorKind.TIMEOUT: requests.Timeout,
}


class NeedsRequestsError(RequestRefusedError, AttributeError):
    """Something that the lean client does not have, and requests does."""

    def __init__(self, what: str, *, fast: bool = False) -> None:
        remedy = "let the class derive from HttpUser, and " if fast else ""
        super().__init__(
            f"{what} is a feature of requests that the lean client does not have; {remedy}"
            "have requests' own client by --set config.client=requests"
        )


class _LikeRequests(Response):
    """What a response of requests has besides."""

    @property
    def reason(self) -> str:
        """The phrase of the status."""
        try:
            return HTTPStatus(self.status_code).phrase
        except ValueError:
            return ""

    @property
    def cookies(self) -> CookieJar:
        """Those that this response set."""
        jar = CookieJar()
        url = urlsplit(self.url)
        lines = self.raw_cookies()
        jar.store(lines, host=url.hostname or "", path=url.path, secure=True, now=0.0)
        return jar

    def json(self, **options: Any) -> Any:
        """The body; raises what requests raises where it is not JSON."""
        if options:
            return stdlib_json.loads(self.text, **options)
        try:
            return super().json()
        except stdlib_json.JSONDecodeError as error:
            raise requests.JSONDecodeError(error.msg, error.doc, error.pos) from error

    def raise_for_status(self) -> None:
        """Raise, as requests does, for a status of 400 or above, and for no response at all."""
        error = self.error
        status = self.status_code
        if error is None:
            return
        if status >= 400:
            kind = "Client" if status < 500 else "Server"
            words = f"{status} {kind} Error: {self.reason} for url: {self.url}"
            raise requests.HTTPError(words, response=self) from error
        raise _ERRORS.get(error.kind, requests.RequestException)(str(error)) from error

    def close(self) -> None:
        """Nothing: the body is read, and the connection given back."""

    def __getstate__(self) -> Any:
        """For `copy`: compiled, what it derives from knows of its own attributes alone."""
        state: Any = super().__getstate__()
        return {**state, **vars(self)} if isinstance(state, dict) else state

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if hasattr(requests.Response, name) or name in requests.Response.__attrs__:
            raise NeedsRequestsError(f"response.{name}")
        raise AttributeError(f"a response has no attribute {name!r}")


class PlainResponse(_LikeRequests):
    """Of a request that nobody judges."""

    js: Any = None


class JudgedResponse(_LikeRequests, CaughtResponse):
    """Of one with `catch_response=True`."""

    js: Any = None
    """As `rest()` of Locust sets it."""
