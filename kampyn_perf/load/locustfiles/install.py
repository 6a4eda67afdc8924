"""Puts our clients where the users of Locust make theirs; once, as a process runs one load."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

from locust.clients import HttpSession
from locust.contrib import fasthttp
from locust.contrib.fasthttp import FastHttpSession
from locust.user import users

from kampyn_perf.load.client import STOCK_VARIABLE
from kampyn_perf.load.hosts import check_host
from kampyn_perf.load.locustfiles.clients import (
    LeanFastSession,
    LeanHttpSession,
    Pools,
    TracedFastSession,
    TracedHttpSession,
    fast_options,
)
from kampyn_perf.load.scenario.context import LoadContext
from kampyn_perf.load.scenario.stock import StockClient


def install(context: LoadContext, *, with_requests: bool) -> None:
    """From now on users that a visitor makes have clients that record."""
    pools = Pools(context.pool)
    with_requests = with_requests or os.environ.get(STOCK_VARIABLE, "").strip().lower() == "stock"

    def http(base_url: str, request_event: Any, user: Any, pool_manager: Any = None) -> Any:
        visitor = getattr(user, "kampyn_visitor", None)
        if visitor is None:  # made by the scenario itself, outside of any session
            return HttpSession(base_url, request_event, user, pool_manager=pool_manager)
        if with_requests:
            return StockClient(
                user=user,
                base_url=base_url,
                timeouts=context.timeouts,
                allowed_hosts=context.allowed_hosts,
                observer=visitor,
                pool_manager=pool_manager,
            )
        options = {"pools": pools, "timeouts": context.timeouts, "user": user}
        if context.tracer:
            return TracedHttpSession(tracer=context.tracer, base_url=base_url, **options)
        return LeanHttpSession(base_url=base_url, **options)

    def fast(base_url: str, request_event: Any, user: Any, **options: Any) -> Any:
        if getattr(user, "kampyn_visitor", None) is None:
            return FastHttpSession(base_url, request_event, user, **options)
        timeouts, more = fast_options(user, context.timeouts)
        kind: Any = LeanFastSession
        if context.tracer:
            kind = partial(TracedFastSession, tracer=context.tracer)
        client = kind(user=user, base_url=base_url, pools=pools, timeouts=timeouts, **more)
        client.headers.update(options.get("headers") or {})
        client.verify = not options.get("insecure", True)
        return client

    users.HttpSession = http
    fasthttp.FastHttpSession = fast
    for kind in (HttpSession, FastHttpSession):
        kind._build_url = _guarded(kind._build_url, context.allowed_hosts)


def _guarded(build: Callable[..., str], allowed: tuple[str, ...]) -> Callable[..., str]:
    """Of Locust's own clients, which a scenario may make for itself: to no other host either."""

    def build_url(self: Any, path: str) -> str:
        url = build(self, path)
        check_host(url, allowed)
        return url

    return build_url
