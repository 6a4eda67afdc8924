"""Failed logins per account: who guesses a password from many addresses is limited all the same.

Counted for accounts that are not there, too, so that nothing is given away. A login that succeeds
forgets the failures before it.
"""

from __future__ import annotations

import hashlib
import math
from typing import Protocol

from kampyn_perf.backend.domain import ShopError
from kampyn_perf.backend.limiting.counters import Counters
from kampyn_perf.backend.settings import RateLimitSettings


class LoginLimiter(Protocol):
    """Whether somebody may try to log in."""

    async def admit(self, account: str) -> None:
        """Raises 429 after too many failures."""

    async def failed(self, account: str) -> None: ...

    async def succeeded(self, account: str) -> None: ...


class NoLoginLimit:
    """See `LoginLimiter`; everybody may, always."""

    async def admit(self, account: str) -> None: ...

    async def failed(self, account: str) -> None: ...

    async def succeeded(self, account: str) -> None: ...


class AccountLimiter:
    """See `LoginLimiter`."""

    def __init__(self, *, settings: RateLimitSettings, counters: Counters) -> None:
        self._most = settings.failed_logins
        self._window = max(1, settings.window // 1_000_000)
        self._counters = counters

    async def admit(self, account: str) -> None:
        failures, ends = await self._counters.count(_key(account))
        if failures < self._most:
            return
        seconds = min(self._window, max(1, math.ceil(ends - self._counters.clock())))
        raise ShopError(
            429,
            "too_many_failed_logins",
            "Too many failed logins of this account; wait and try again.",
            headers={"Retry-After": str(seconds)},
        )

    async def failed(self, account: str) -> None:
        await self._counters.add(_key(account), self._window)

    async def succeeded(self, account: str) -> None:
        await self._counters.forget(_key(account))


def _key(account: str) -> str:
    """A digest: what somebody typed may be long, or somebody's password."""
    return f"failed-logins:{hashlib.sha256(account.encode(errors='replace')).hexdigest()[:32]}"
