"""Who may still ask: so many requests per window, by role (the document's adaptive rate limit).

A caller with a good token is counted by themselves, everybody else by address: students behind one
campus address do not use up each other's share, and logging in is still limited by address.
"""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kampyn_perf.backend.addresses import client_address
from kampyn_perf.backend.domain import Role, ShopError
from kampyn_perf.backend.limiting.counters import Counters
from kampyn_perf.backend.settings import RateLimitSettings
from kampyn_perf.backend.tokens import Tokens

Headers = list[tuple[bytes, bytes]]

_IPV6_NETWORK = 64
"""Bits: one customer has all addresses behind them."""


@dataclass(frozen=True)
class Allowance:
    """What one request was told."""

    limit: int
    used: int
    reset: int
    """Whole seconds until the window ends."""
    window: int

    @property
    def allowed(self) -> bool:
        """Whether this request still was within the limit."""
        return self.used <= self.limit

    def headers(self) -> Headers:
        """The IETF draft's fields, as the document's `standardHeaders` sends them."""
        fields = {
            "ratelimit-policy": f"{self.limit};w={self.window}",
            "ratelimit-limit": self.limit,
            "ratelimit-remaining": max(0, self.limit - self.used),
            "ratelimit-reset": self.reset,
        }
        if not self.allowed:
            fields["retry-after"] = self.reset
        return [(name.encode(), str(value).encode()) for name, value in fields.items()]


class RateLimiter:
    """Counts every request of those who are not exempt."""

    def __init__(
        self,
        *,
        settings: RateLimitSettings,
        tokens: Tokens,
        counters: Counters,
        count_refused: Callable[[str], None] = lambda _role: None,
    ) -> None:
        from limits import RateLimitItemPerSecond  # dear, and most backends do not limit

        self._tokens = tokens
        self._count_refused = count_refused
        self._counters = counters
        self._exempt = frozenset(settings.exempt)
        self._proxies = settings.trusted_proxies
        self._window = max(1, settings.window // 1_000_000)
        by_role = {Role.ADMIN: settings.admin, Role.VENDOR: settings.vendor}
        self._items = {
            role: RateLimitItemPerSecond(by_role.get(role, settings.others), self._window)
            for role in Role
        }

    async def check(self, scope: Any) -> Allowance | None:
        """Count this request. None: it is exempt."""
        if scope["path"] in self._exempt:
            return None
        role, who = self._caller(scope)
        item = self._items[role]
        # `incr` says how many there were, so the strategy's second look is not needed.
        key = item.key_for(role.value, who)
        used, ends = await self._counters.add(key, item.get_expiry())
        reset = min(self._window, max(1, math.ceil(ends - self._counters.clock())))
        allowance = Allowance(item.amount, used, reset, self._window)
        if not allowance.allowed:
            self._count_refused(role.value)
        return allowance

    def _caller(self, scope: Any) -> tuple[Role, str]:
        try:
            caller = self._tokens.caller(scope["headers"])
        except ShopError:  # a bad token makes nobody somebody
            caller = None
        if caller is not None:
            return caller.role, f"id:{caller.id}"
        return Role.USER, _network(client_address(scope, self._proxies))


def _network(address: str) -> str:
    if ":" not in address:
        return address
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address[:64]
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))
