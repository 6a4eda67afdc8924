"""The rate limit, served by two workers that count together: with Redis, and without."""

from __future__ import annotations

from pathlib import Path

import pytest

from kampyn_perf.backend import launcher
from kampyn_perf.backend.settings import CacheSettings, RateLimitSettings
from tests.backend.conftest import SETTINGS, Client

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
