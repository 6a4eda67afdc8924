"""Where an API's description says that it is."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from kampyn_perf.convert.documents import Node
from kampyn_perf.convert.draft import USUAL_URL


def base_url(root: Node, location: str, given: str) -> str:
    """The project's URL: `given` wins. One without a path is the host alone, and what the
    description has below its host stays; one with a path is all of it."""
    described = _described(root, location)
    if not given:
        return (described or USUAL_URL).rstrip("/")
    if urlsplit(given).path:
        return given.rstrip("/")
    return (given + urlsplit(described).path).rstrip("/")


def is_described(root: Node, location: str) -> bool:
    """Whether the description, or where it came from, tells the host."""
    return bool(urlsplit(_described(root, location)).netloc)


def _described(root: Node, location: str) -> str:
    mapping = root.mapping()
    if "swagger" in mapping:
        address = _swagger(mapping)
    else:
        servers = root.child("servers").entries()
        address = _server(servers[0]) if servers else "/"
    origin = location if urlsplit(location).scheme in ("http", "https") else USUAL_URL
    try:
        whole = urljoin(origin, address)
        parts = urlsplit(whole)
        is_usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]  # no password of a URL stands in the file
    return f"{parts.scheme}://{host}{parts.path}" if is_usable else ""


def _server(server: Node) -> str:
    variables = server.child("variables").mapping()

    def default(match: re.Match[str]) -> str:
        variable = variables.get(match[1])
        value = variable.get("default") if isinstance(variable, dict) else None
        return str(value) if value is not None else match[1]

    address = server.mapping().get("url")
    return re.sub(r"\{([^{}]+)\}", default, address) if isinstance(address, str) else "/"


def _swagger(mapping: dict[Any, Any]) -> str:
    host, path = mapping.get("host"), mapping.get("basePath")
    schemes = mapping.get("schemes")
    known = (
        [scheme for scheme in schemes if scheme in ("http", "https")]
        if isinstance(schemes, list)
        else []
    )
    path = path if isinstance(path, str) else "/"
    return f"{known[0] if known else 'https'}://{host}{path}" if isinstance(host, str) else path
