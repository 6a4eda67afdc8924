"""What a login costs: hash and verify at the configured cost, tokens issued and checked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kampyn_perf.bench.declare import build
from kampyn_perf.bench.suite import Facts, Suite

_PASSWORD = "correct horse battery staple"  # noqa: S105 - nobody's


@dataclass(frozen=True, kw_only=True)
class AuthParts:
    """The backend's own functions, at its configured cost."""

    hash: Callable[[str], str]
    verify: Callable[[str, str], bool]
    """Hash and password."""
    check: Callable[[str, str], Awaitable[bool]]
    """`verify` as a request does it: in a thread, so that the event loop goes on."""
    issue: Callable[[], str]
    read: Callable[[str], object]
    """Check a token; None or an exception where it is not good."""
    facts: Mapping[str, Any]
    close: Callable[[], None]


def auth_suite(parts: AuthParts) -> Suite:
    """Cases `auth.hash`, `auth.verify`, `auth.login` (by clients), `auth.token_*`."""

    def hash_password() -> None:
        parts.hash(_PASSWORD)

    def verify(password_hash: str) -> None:
        _demand(parts.verify(password_hash, _PASSWORD), "a good password was refused")

    async def login(password_hash: str) -> None:
        _demand(await parts.check(password_hash, _PASSWORD), "a good password was refused")

    def issue() -> None:
        parts.issue()

    def read(token: str) -> None:
        _demand(parts.read(token) is not None, "a good token was refused")

    def make_hash() -> str:
        return parts.hash(_PASSWORD)

    async def describe() -> Facts:
        return parts.facts

    async def close() -> None:
        parts.close()

    return Suite(
        name="auth",
        cases=(
            build(hash_password, "auth.hash"),
            build(verify, "auth.verify", setup=make_hash),
            build(login, "auth.login", setup=make_hash, params={"clients": (1, 2, 4)}),
            build(issue, "auth.token_issue"),
            build(read, "auth.token_check", setup=parts.issue),
        ),
        open=describe,
        close=close,
    )


def _demand(good: bool, message: str) -> None:
    if not good:
        raise AssertionError(message)
