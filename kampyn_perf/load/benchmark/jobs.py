"""What one generator is asked for and what it answers. Plain data; units in the names."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Client(StrEnum):
    """Whose client generates."""

    LEAN = "lean"
    STOCK = "stock"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to run."""

    client: Client
    url: str
    users: int
    seconds: float
    rate: float = 0.0
    """Requests per second, open loop; 0: closed loop, as fast as it goes."""
    warmup_s: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What came out. Latencies are service times as the client measured them."""

    requests: int
    failed: int
    seconds: float
    cpu_us_per_request: float
    p50_us: int = 0
    p95_us: int = 0
    p99_us: int = 0

    @property
    def rate(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds if self.seconds else 0.0


def percentile(ordered: list[int], share: float) -> int:
    """The value below which `share` of the ordered list lies; 0 of an empty one."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0
