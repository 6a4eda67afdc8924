"""Who is counted as whom, and what happens to the count when Redis goes away."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from kampyn_perf.backend.domain import Role
from kampyn_perf.backend.limiting.counters import Counters
from kampyn_perf.backend.limiting.limiter import Allowance, RateLimiter
from kampyn_perf.backend.limiting.shared import SharedCounters
from kampyn_perf.backend.settings import AuthMode, RateLimitSettings
from kampyn_perf.backend.tokens import Tokens

TOKENS = Tokens(secret="s" * 32, lifetime=3_600_000_000, mode=AuthMode.DOCUMENTED)


def scope(path: str = "/x", address: str = "10.0.0.1", **headers: str) -> dict[str, Any]:
    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return {"path": path, "client": (address, 1), "headers": pairs}


def bearer(who: str, role: Role) -> str:
    return f"Bearer {TOKENS.issue(who, role).token}"


@pytest.fixture
def limiter(tmp_path: Path) -> RateLimiter:
    local = SharedCounters(path=tmp_path / "counts")
    return RateLimiter(settings=RateLimitSettings(), tokens=TOKENS, counters=Counters(local=local))


def ask(limiter: RateLimiter, *scopes: dict[str, Any]) -> list[Allowance | None]:
    async def all_of_them() -> list[Allowance | None]:
        return [await limiter.check(one) for one in scopes]

    return asyncio.run(all_of_them())


def test_the_documents_limits_by_role(limiter: RateLimiter) -> None:
    told = ask(
        limiter,
        scope(),
        scope(authorization=bearer("u", Role.USER)),
        scope(authorization=bearer("v", Role.VENDOR)),
        scope(authorization=bearer("a", Role.ADMIN)),
        scope(authorization="Bearer forged"),
    )
    assert [(one.limit, one.used) for one in told if one] == [
        (100, 1), (100, 1), (500, 1), (1000, 1), (100, 2),
    ]  # fmt: skip


def test_the_hundred_and_first_is_refused_and_told_when_to_come_back(limiter: RateLimiter) -> None:
    told = ask(limiter, *[scope()] * 101)
    *before, last = [one for one in told if one]
    assert all(one.allowed for one in before)
    assert not last.allowed
    headers = {name.decode(): value.decode() for name, value in last.headers()}
    assert headers == {
        "ratelimit-policy": "100;w=900",
        "ratelimit-limit": "100",
        "ratelimit-remaining": "0",
        "ratelimit-reset": headers["ratelimit-reset"],
        "retry-after": headers["ratelimit-reset"],
    }
    assert 890 <= int(headers["ratelimit-reset"]) <= 900
    assert "retry-after" not in dict(before[0].headers())
    [other] = ask(limiter, scope(address="10.0.0.2"))
    assert other is not None
    assert other.used == 1


def test_health_is_exempt(limiter: RateLimiter) -> None:
    assert ask(limiter, scope("/health"), scope("/api/health")) == [None, None]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.9", "10.0.0.9", True),
        ("::ffff:10.0.0.9", "::ffff:10.0.0.8", False),
    ],
)
def test_an_ipv6_customer_is_one_caller(
    limiter: RateLimiter, one: str, other: str, same: bool
) -> None:
    _, second = ask(limiter, scope(address=one), scope(address=other))
    assert second is not None
    assert second.used == (2 if same else 1)


def test_a_forwarded_address_counts_only_behind_a_proxy_of_ours(tmp_path: Path) -> None:
    def used(proxies: int, *forwarded: str) -> int:
        local = SharedCounters(path=tmp_path / f"{proxies}{forwarded}")
        settings = RateLimitSettings(trusted_proxies=proxies)
        limiter = RateLimiter(settings=settings, tokens=TOKENS, counters=Counters(local=local))
        told = ask(limiter, *(scope(x_forwarded_for=one) for one in forwarded))
        return max(one.used for one in told if one)

    assert used(0, "1.1.1.1", "2.2.2.2") == 2
    assert used(1, "1.1.1.1", "2.2.2.2") == 1
    assert used(1, "6.6.6.6, 1.1.1.1", "7.7.7.7, 1.1.1.1") == 2  # what a client adds is no proof
