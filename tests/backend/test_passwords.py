"""Hashing: as many at a time as there are threads, and none waits longer than the goal allows."""

from __future__ import annotations

import asyncio

import pytest

from kampyn_perf.backend.passwords import Passwords, TooBusyError
from kampyn_perf.backend.settings import PasswordSettings

SLOW = PasswordSettings.model_validate(
    {"memory": "8KB", "iterations": 4_000, "threads": 1, "max_wait": "50ms"}
)


class Figures:
    def __init__(self) -> None:
        self.longest = 0
        self.waits: list[float] = []
        self.refused = 0

    def hash_queue(self, length: int) -> None:
        self.longest = max(self.longest, length)

    def hashed(self, waited: float, seconds: float) -> None:
        assert seconds > 0
        self.waits.append(waited)

    def hash_refused(self) -> None:
        self.refused += 1


async def all_at_once(passwords: Passwords, logins: int) -> list[bool | BaseException]:
    tasks = [passwords.matches(None, "word") for _ in range(logins)]
    return await asyncio.gather(*tasks, return_exceptions=True)


def test_who_would_wait_too_long_is_told_to_come_back() -> None:
    figures = Figures()
    passwords = Passwords(settings=SLOW, metrics=figures)
    outcomes = asyncio.run(all_at_once(passwords, 100))
    refused = [one for one in outcomes if isinstance(one, TooBusyError)]
    checked = [one for one in outcomes if one is False]
    assert len(refused) + len(checked) == 100
    assert (figures.refused, len(figures.waits)) == (len(refused), len(checked))
    assert figures.longest == len(checked) < 100
    assert refused[0].status == 503
    assert int(refused[0].headers["Retry-After"]) >= 1
    # When they are done, the next one is let in.
    assert asyncio.run(all_at_once(passwords, 1)) == [False]
    passwords.close()


@pytest.mark.parametrize("logins", [1, 30])
def test_zero_sheds_nobody(logins: int) -> None:
    """Of thirty the last waits for more than twice the `max_wait` that sends others away."""
    passwords = Passwords(settings=SLOW.model_copy(update={"max_wait": 0, "iterations": 1_000}))
    assert asyncio.run(all_at_once(passwords, logins)) == [False] * logins
    passwords.close()
