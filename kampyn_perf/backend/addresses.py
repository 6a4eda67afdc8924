"""Where a request comes from, through the proxies that may be believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

_FORWARDED = (b"x-forwarded-for", b"forwarded")


def client_address(scope: Mapping[str, Any], proxies: int) -> str:
    """The client's, or what the outermost of so many trusted proxies says it is."""
    address: str = scope["client"][0] if scope.get("client") else ""
    if proxies:
        forwarded = b",".join(v for name, v in scope["headers"] if name == b"x-forwarded-for")
        hops = [hop.strip() for hop in forwarded.decode("latin-1").split(",") if hop.strip()]
        if len(hops) >= proxies:
            return hops[-proxies]
    return address


def is_on_this_machine(scope: Mapping[str, Any], proxies: int) -> bool:
    """Whether the caller is. What a proxy passes on comes from elsewhere, unless it is trusted and
    says otherwise."""
    if not proxies and any(name in _FORWARDED for name, _ in scope["headers"]):
        return False
    try:
        address = ipaddress.ip_address(client_address(scope, proxies))
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)
