"""What a target's headers say of a limit on requests: pure.

`RateLimit-*` and `RateLimit-Policy` are of the IETF's draft on rate-limit headers, `X-RateLimit-*`
what came before it. Whole microseconds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kampyn_perf.units import MICROSECONDS


@dataclass(frozen=True)
class RateLimit:
    """So many requests in so long."""

    requests: int
    window_us: int | None
    """None where nobody says in how long."""
    words: str
    """The header that says so."""

    @property
    def per_second(self) -> float | None:
        """What it lets through in the long run."""
        return self.requests / (self.window_us / MICROSECONDS) if self.window_us else None


def rate_limit(headers: Mapping[str, str]) -> RateLimit | None:
    """The tightest limit that the headers of an answer name; None where they name none."""
    lowered = {name.lower(): value for name, value in headers.items()}
    return _policy(lowered.get("ratelimit-policy", "")) or _counted(lowered)


def _policy(text: str) -> RateLimit | None:
    """`100;w=900`, or in later drafts `"default";q=100;w=900`; several with commas."""
    limits = []
    for part in filter(None, text.split(",")):
        quota = re.search(r"\bq=(\d+)", part) or re.match(r"\s*(\d+)", part)
        window = re.search(r"\bw=(\d+)", part)
        if quota:
            seconds = int(window[1]) if window else 0
            words = f"RateLimit-Policy: {part.strip()}"
            limits.append(RateLimit(int(quota[1]), seconds * MICROSECONDS or None, words))
    return min(limits, key=lambda limit: limit.per_second or limit.requests, default=None)


def _counted(headers: Mapping[str, str]) -> RateLimit | None:
    """A limit and, as the nearest thing to its window, how long until it begins anew."""
    for prefix in ("ratelimit", "x-ratelimit", "x-rate-limit"):
        limit = re.match(r"\s*(\d+)", headers.get(f"{prefix}-limit", ""))
        if limit is None:
            continue
        reset = re.match(r"\s*(\d+)", headers.get(f"{prefix}-reset", ""))
        seconds = int(reset[1]) if reset else 0
        # A moment (seconds since 1970) is none of how long.
        window = seconds * MICROSECONDS if 0 < seconds < 10**8 else None
        return RateLimit(int(limit[1]), window, f"{prefix}-limit: {limit[1]}")
    return None
