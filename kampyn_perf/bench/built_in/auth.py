"""What the suite `auth` measures: the backend's own password and token code, as configured."""

from __future__ import annotations

import os
import secrets

from kampyn_perf.backend import settings as backend_settings
from kampyn_perf.backend.domain import Role
from kampyn_perf.backend.passwords import Passwords, hasher
from kampyn_perf.backend.settings import AuthMode
from kampyn_perf.backend.tokens import Tokens
from kampyn_perf.bench.request import SuiteSettings
from kampyn_perf.bench.suite import Suite
from kampyn_perf.bench.suites.auth import AuthParts, auth_suite
from kampyn_perf.process_limits import usable_cpus


def make_auth(wanted: SuiteSettings) -> Suite:
    """The suite at the password cost of configs/backend.yaml, the environment and `--set`."""
    settings = backend_settings.load(environ=os.environ, sets=wanted.sets)
    hashes = hasher(settings.passwords)
    tokens = Tokens(
        secret=secrets.token_urlsafe(48), lifetime=settings.token_lifetime, mode=AuthMode.STRICT
    )
    passwords: list[Passwords] = []

    async def check(password_hash: str, password: str) -> bool:
        if not passwords:  # threads are started only where they are used
            passwords.append(Passwords(settings=settings.passwords))
        return await passwords[0].matches(password_hash, password)

    def close() -> None:
        for password in passwords:
            password.close()

    return auth_suite(
        AuthParts(
            hash=hashes.hash,
            verify=hashes.verify,
            check=check,
            issue=lambda: tokens.issue("user123", Role.USER).token,
            read=lambda token: tokens.caller([(b"authorization", b"Bearer " + token.encode())]),
            facts={
                "algorithm": "argon2id",
                "memory bytes": settings.passwords.memory,
                "iterations": settings.passwords.iterations,
                "parallelism": settings.passwords.parallelism,
                "threads": settings.passwords.threads or usable_cpus(),
            },
            close=close,
        )
    )
