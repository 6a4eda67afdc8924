"""What headers say of a limit on requests."""

from __future__ import annotations

import pytest

from kampyn_perf.rate_limits import rate_limit


@pytest.mark.parametrize(
    ("headers", "requests", "seconds"),
    [
        ({"RateLimit-Policy": "1000;w=900"}, 1000, 900),
        ({"ratelimit-policy": '"default";q=100;w=60'}, 100, 60),
        ({"RateLimit-Policy": "10;w=1, 1000;w=3600"}, 1000, 3600),  # the tighter in the long run
        ({"RateLimit-Limit": "100", "RateLimit-Reset": "900"}, 100, 900),
        ({"X-RateLimit-Limit": "60", "X-RateLimit-Reset": "1764316800"}, 60, None),  # a moment
        ({"X-RateLimit-Limit": "60"}, 60, None),
    ],
)
def test_what_they_say(headers, requests, seconds):
    found = rate_limit(headers)
    assert found is not None
    assert found.requests == requests
    assert found.window_us == (seconds and seconds * 1_000_000)


@pytest.mark.parametrize("headers", [{}, {"RateLimit-Limit": "many"}, {"RateLimit-Policy": "w=3"}])
def test_what_they_do_not(headers):
    assert rate_limit(headers) is None


def test_the_document_own_limit_in_the_long_run():
    assert rate_limit({"RateLimit-Policy": "1000;w=900"}).per_second == pytest.approx(
        1.111, abs=1e-3
    )
