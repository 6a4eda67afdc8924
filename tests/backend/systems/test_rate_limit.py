"""The rate limit, served by two workers that count together: with Redis, and without.

Tests `kampyn_perf/backend/limiting`.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from kampyn_perf.backend import launcher
from kampyn_perf.backend.cache_settings import CacheSettings
from kampyn_perf.backend.settings import RateLimitSettings
from tests.backend.conftest import SETTINGS, Answer, Client, start
from tests.backend.test_launcher import until

VENDORS = "/api/vendor/list/uni/123"


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[launcher.RunningBackend]:
    """Each test asks from addresses of its own."""
    limits = RateLimitSettings(enabled=True, failed_logins=3, trusted_proxies=1)
    settings = SETTINGS.model_copy(update={"workers": 2, "rate_limit": limits})
    with start(settings, state_dir=tmp_path_factory.mktemp("limited")) as running:
        yield running


def test_two_workers_count_together(limited: launcher.RunningBackend) -> None:
    counts_together(limited.url)


def test_two_workers_count_together_without_redis(state: Path) -> None:
    alone = {"cache": CacheSettings(url="off"), "rate_limit": RateLimitSettings(enabled=True)}
    settings = SETTINGS.model_copy(update={"workers": 2, **alone})
    with start(settings, state_dir=state) as running:
        counts_together(running.url)


def counts_together(url: str) -> None:
    statuses = []
    for _ in range(12):  # connections, so that both workers get some
        client = Client(url)
        for _ in range(10):
            answer = client.get(VENDORS)
            statuses.append(answer.status)
        client.close()
    assert statuses == [200] * 100 + [429] * 20
    assert answer.json["error"] == "too_many_requests"
    assert answer.headers["ratelimit-limit"] == "100"
    assert answer.headers["ratelimit-remaining"] == "0"
    assert 0 < int(answer.headers["ratelimit-reset"]) <= 900
    assert answer.headers["retry-after"] == answer.headers["ratelimit-reset"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    client = Client(url)
    assert client.get("/health").status == 200
    assert "ratelimit-limit" not in client.get("/health").headers
    # Logging in is limited too: whoever guesses passwords is one of "others".
    body = {"email": "vendor123@example.com", "password": "password"}
    assert client.post("/api/vendor/auth/login", body).status == 429
    assert client.get("/nowhere").status == 429


def test_it_is_off_unless_configured(client: Client) -> None:
    statuses = {client.get(VENDORS).status for _ in range(130)}
    assert statuses == {200}
    assert "ratelimit-limit" not in client.get(VENDORS).headers


def test_failed_logins_of_an_account_are_limited_whoever_tries(
    limited: launcher.RunningBackend,
) -> None:
    """From many addresses, with either case of the address, and for accounts that are not there."""

    def log_in(number: int, email: str, password: str) -> Answer:
        client = Client(limited.url)
        body = {"email": email, "password": password}
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        return client.post("/api/user/auth/login", body, headers=headers)

    assert log_in(0, "test@example.com", "no").status == 401
    assert log_in(1, "test@example.com", "no").status == 401
    assert log_in(2, "test@example.com", "password").status == 200  # forgets the two
    for email in ("test@example.com", "nobody@example.com"):
        wrong = [log_in(number, email, "no").status for number in range(3)]
        assert wrong == [401, 401, 401]
        refused = log_in(9, email.upper(), "password")
        assert (refused.status, refused.json["error"]) == (429, "too_many_failed_logins")
        assert 0 < int(refused.headers["retry-after"]) <= 900
    assert log_in(9, "user1@example.com", "password").status == 200


def test_a_redis_that_starts_again_lets_nobody_start_again(
    limited: launcher.RunningBackend,
) -> None:
    client = Client(limited.url, headers={"X-Forwarded-For": "203.0.113.200"})
    assert {client.get(VENDORS).status for _ in range(100)} == {200}
    assert client.get(VENDORS).status == 429
    old = limited.redis_pid
    assert old is not None
    os.kill(old, signal.SIGKILL)
    for _ in range(5):
        assert client.get(VENDORS).status == 429
    assert until(lambda: limited.redis_pid not in (None, old))
    assert until(lambda: client.get("/health").status == 200)
    for _ in range(5):
        assert client.get(VENDORS).status == 429
