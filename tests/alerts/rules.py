"""Rules and samples for tests, in seconds and shares of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kampyn_perf.alerts.rules import Rule
from kampyn_perf.alerts.sample import Sample

SECOND = 1_000_000


def rule(**changes: Any) -> Rule:
    """Error rate above 10 % over 10 s; resolved below 5 % for 5 s."""
    known_good = {
        "metric": "error_rate",
        "fires": "> 10 %",
        "window": "10s",
        "clears": "< 5 %",
        "keepFiringFor": "5s",
        "fullWindow": False,
    }
    return Rule.model_validate(known_good | changes)


def errors(second: int, failed: int, count: int = 100, *, endpoint: str = "") -> Sample:
    """So many of `count` requests failed in that second."""
    return Sample(
        metric="error_rate",
        endpoint=endpoint,
        from_us=second * SECOND,
        to_us=(second + 1) * SECOND,
        total=failed,
        weight=count,
    )


def memory(second: int, share: float, *, subject: str = "machine") -> Sample:
    """What was in use at the end of that second."""
    at_us = (second + 1) * SECOND
    return Sample(
        metric="memory", subject=subject, from_us=at_us, to_us=at_us, total=share, weight=1
    )


def seconds(shares: Sequence[int]) -> list[list[Sample]]:
    """Failures of each second, a hundred requests in each."""
    return [[errors(number, failed)] for number, failed in enumerate(shares)]
