"""Which request is being answered, for what is logged below it. Each request is a task of its own,
so a variable of the context tells them apart."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

_scope: ContextVar[Mapping[str, Any] | None] = ContextVar("kampyn_request", default=None)


def answering(scope: Mapping[str, Any]) -> None:
    """From here on, this task answers the request of this ASGI scope."""
    _scope.set(scope)


def who_asks() -> str:
    """`GET /order/vendor/{vendorId}/active`: the route, never the path with its ids. Empty outside
    of a request, and before its route is found."""
    scope = _scope.get()
    route = getattr(scope.get("route"), "path", "") if scope else ""
    return f"{scope['method']} {route}" if scope and route else ""


def commented() -> str | None:
    """The same as a query's comment, by which `indexes advise` tells who sent it; None outside of a
    request."""
    return who_asks() or None
