"""How a backend's own metrics name its endpoints. Pure."""

from __future__ import annotations

UNCOUNTED_ROUTES = "/metrics|/health|/api/health"
"""A regular expression of routes that are asked for by those who watch: their answers would make
whatever users meet look rarer than it is."""


def split_endpoint(endpoint: str) -> tuple[str, str]:
    """Method and route of `POST /order/{userId}`, each perhaps a pattern with `*`."""
    method, space, route = endpoint.partition(" ")
    if space:
        return method, route.strip()
    # `*` is any text, the space between the two as well.
    return ("*", method) if method.startswith("/") else (method, "*")
