"""The rate limit, served by two workers that count together: with Redis, and without.

Tests `kampyn_perf/backend/limiting`.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from kampyn_perf.backend import launcher
from kampyn_perf.backend.cache_settings import CacheSettings
from kampyn_perf.backend.settings import RateLimitSettings
from tests.backend.conftest import SETTINGS, Answer, Client
from tests.backend.test_launcher import until

VENDORS = "/api/vendor/list/uni/123"


@pytest.mark.parametrize("cache", ["auto", "off"])
def test_two_workers_count_together(state: Path, cache: str) -> None:
    limited = SETTINGS.model_copy(
        update={
            "workers": 2,
            "cache": CacheSettings(url=cache),
            "rate_limit": RateLimitSettings(enabled=True),
        }
    )
    with launcher.start(limited, state_dir=state) as running:
        statuses = []
        for _ in range(12):  # connections, so that both workers get some
            client = Client(running.url)
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
        client = Client(running.url)
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


def test_a_redis_that_starts_again_lets_nobody_start_again(state: Path) -> None:
    limited = SETTINGS.model_copy(update={"rate_limit": RateLimitSettings(enabled=True, others=20)})
    with launcher.start(limited, state_dir=state) as running:
        client = Client(running.url)
        assert {client.get(VENDORS).status for _ in range(20)} == {200}
        assert client.get(VENDORS).status == 429
        old = running.redis_pid
        assert old is not None
        os.kill(old, signal.SIGKILL)
        for _ in range(5):
            assert client.get(VENDORS).status == 429
        assert until(lambda: running.redis_pid not in (None, old))
        assert until(lambda: client.get("/health").status == 200)
        for _ in range(5):
            assert client.get(VENDORS).status == 429


def test_failed_logins_of_an_account_are_limited_whoever_tries(state: Path) -> None:
    """From many addresses, with either case of the address, and for accounts that are not there."""
    limits = RateLimitSettings(enabled=True, failed_logins=3, trusted_proxies=1)
    limited = SETTINGS.model_copy(update={"rate_limit": limits})

    def log_in(number: int, email: str, password: str) -> Answer:
        client = Client(running.url)
        body = {"email": email, "password": password}
        headers = {"X-Forwarded-For": f"203.0.113.{number}"}
        return client.post("/api/user/auth/login", body, headers=headers)

    with launcher.start(limited, state_dir=state) as running:
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
