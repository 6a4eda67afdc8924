"""`self.client` of Locust's HTTP users, on the lean client: what `HttpSession` and
`FastHttpSession` put on the wire and give back, as far as scenarios see it.

What only requests can do is no attribute here, and asking for it says so.
"""

from __future__ import annotations

import json as stdlib_json
from collections.abc import Mapping
from typing import Any, ClassVar

import locust  # noqa: F401 (ahead of requests: it patches what that imports)
import requests
from requests.structures import CaseInsensitiveDict
from requests.utils import default_user_agent

from kampyn_perf.load.client import Client, ConnectionPool, PendingResponse, Timeouts
from kampyn_perf.load.client.bodies import ACCEPT_ENCODING
from kampyn_perf.load.client.requests import Prepared
from kampyn_perf.load.locustfiles.responses import (
    JudgedResponse,
    NeedsRequestsError,
    PlainResponse,
)
from kampyn_perf.load.scenario.fired import listeners_of
from kampyn_perf.load.scenario.tracing import Traced


def _json(value: Any) -> bytes:
    """As requests and Locust write it: to the byte."""
    return stdlib_json.dumps(value).encode()


class LeanHttpSession(Client):
    """`self.client` of an `HttpUser`."""

    response_class = PlainResponse
    caught_class = JudgedResponse
    encode_json = staticmethod(_json)
    follows_head: ClassVar[bool] = False
    """Whether HEAD follows redirects."""

    def __init__(
        self, *, user: Any, base_url: str, pools: Pools, timeouts: Timeouts, **options: Any
    ) -> None:
        self._pools = pools
        super().__init__(
            base_url=base_url,
            pool=pools.verified,
            observer=user.kampyn_visitor,
            request_event=listeners_of(user.environment.events.request),
            context=user.context,
            timeouts=timeouts,
            **options,
        )
        self.headers: Any = CaseInsensitiveDict(self.default_headers())
        self.auth: tuple[str, str] | None = None
        self.trust_env = False

    @classmethod
    def default_headers(cls) -> dict[str, str]:
        """Those of requests."""
        return {
            "User-Agent": default_user_agent(),
            "Accept-Encoding": ACCEPT_ENCODING,
            "Accept": "*/*",
            "Connection": "keep-alive",
        }

    @property
    def verify(self) -> bool:
        """Whether certificates are verified."""
        return self.pool is self._pools.verified

    @verify.setter
    def verify(self, value: Any) -> None:
        if not isinstance(value, bool):
            raise self._lacks("client.verify with a file of its own")
        self.aim(pool=self._pools.verified if value else self._pools.unverified)

    @property
    def base_url(self) -> str:
        """Where paths are appended to; without credentials."""
        return super().base_url

    @base_url.setter
    def base_url(self, value: str) -> None:
        self.aim(base_url=value)

    def usual_name(self, url: str, prepared: Prepared) -> str:  # noqa: ARG002
        """Path and query."""
        return prepared.target

    def report_judged(self, response: PendingResponse) -> None:
        """Count it as the scenario has left it, times and all."""
        if (meta := response.meta) is not None:
            if "response_time" in meta:
                response.end_us = response.sent_us + round(meta["response_time"] * 1000)
            as_it_was = response.reported_as
            response.reported_as = as_it_was._replace(
                method=str(meta.get("request_type", as_it_was.method))
            )
        super().report_judged(response)

    def request(self, method: str, url: str, *args: Any, **options: Any) -> Any:
        """As in Locust. Raises NeedsRequestsError for what the lean client does not have."""
        for name in ("cert", "proxies", "hooks"):
            if options.pop(name, None):
                raise self._lacks(f"the argument {name}")
        if options.get("stream"):
            raise self._lacks("stream=True")
        auth = options.get("auth") or self.auth
        if auth is not None and not isinstance(auth, tuple | list):
            raise self._lacks(f"auth={type(auth).__name__}")
        options["auth"] = tuple(auth) if auth else None
        if options.get("allow_redirects") is None:
            options["allow_redirects"] = self.follows_head or method.upper() != "HEAD"
        verify = options.pop("verify", None)
        if verify is None or verify == self.verify:
            return super().request(method, url, *args, **options)
        before = self.verify
        self.verify = verify
        try:
            return super().request(method, url, *args, **options)
        finally:
            self.verify = before

    def _lacks(self, what: str) -> NeedsRequestsError:
        return NeedsRequestsError(what, fast=isinstance(self, LeanFastSession))

    def close(self) -> None:
        """Nothing: connections are shared, and kept for the others."""

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _SESSION and not hasattr(type(self), name):
            raise self._lacks(f"client.{name}")
        super().__setattr__(name, value)

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and (name in _SESSION or hasattr(requests.Session, name)):
            raise self._lacks(f"client.{name}")
        raise AttributeError(f"the client has no attribute {name!r}")


_SESSION = frozenset(requests.Session.__attrs__) - {"headers", "cookies", "auth", "trust_env"}
"""What a session of requests keeps, and the lean client does not."""


class LeanFastSession(LeanHttpSession):
    """`self.client` of a `FastHttpUser`."""

    follows_head = True

    def usual_name(self, url: str, prepared: Prepared) -> str:  # noqa: ARG002
        """As it was given."""
        return url

    @classmethod
    def default_headers(cls) -> dict[str, str]:
        """Those of geventhttpclient."""
        from geventhttpclient.client import HTTPClient

        return {**dict(HTTPClient.DEFAULT_HEADERS.items()), "Accept-Encoding": "gzip, deflate, br"}


class TracedHttpSession(Traced, LeanHttpSession):
    """The same of an `HttpUser` of a run that is traced."""


class TracedFastSession(Traced, LeanFastSession):
    """The same of a `FastHttpUser`."""


class Pools:
    """The connections of one process: with certificates verified, and without."""

    def __init__(self, verified: ConnectionPool) -> None:
        self.verified = verified
        self.unverified = ConnectionPool(allowed_hosts=verified.allowed_hosts, verify=False)


def fast_options(user: Any, timeouts: Timeouts) -> tuple[Timeouts, Mapping[str, Any]]:
    """What a FastHttpUser's attributes ask for."""
    kind = type(user)
    own = {name: getattr(kind, name) for name in ("network_timeout", "connection_timeout")}
    limits = Timeouts(
        connect_us=min(timeouts.connect_us, round(own["connection_timeout"] * 1e6)),
        read_us=min(timeouts.read_us, round(own["network_timeout"] * 1e6)),
        total_us=timeouts.total_us,
    )
    return limits, {"max_redirects": kind.max_redirects}
