"""How late a load's generators were woken when they slept to a known moment. Pure; microseconds.

Fifty times a second a generator looks how late it is. An answer that came at such a moment was
noticed that late, and a session that was due then began that late: what a busy neighbour on its
CPU, a garbage collection or its own work added, in every second by itself. So much of a time may be
the generator's own, and only what is longer by more than that is beyond a threshold for sure.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import cached_property

from kampyn_perf.results.load import LoadResult


class Woken:
    """Of one run."""

    def __init__(self, result: LoadResult) -> None:
        self._result = result

    @cached_property
    def _starts_us(self) -> list[int]:
        return [second.at_us for second in self._result.seconds]

    def late_us(self, from_us: int, to_us: int) -> int:
        """At most, between the two moments; 0 where nobody knows."""
        first = max(bisect_right(self._starts_us, from_us) - 1, 0)
        last = bisect_left(self._starts_us, to_us)
        return max((second.wake_max_us for second in self._result.seconds[first:last]), default=0)

    def of_sessions_us(self, from_us: int, to_us: int) -> int:
        """The same for whole sessions: each of their answers may have been noticed late."""
        return self.late_us(from_us, to_us) * self._answers

    @property
    def mean_us(self) -> float:
        """On average."""
        lag = self._result.validity.loop_lag
        return (lag.mean_us or 0.0) if lag else 0.0

    @property
    def mean_of_sessions_us(self) -> float:
        """The same for whole sessions."""
        return self.mean_us * self._answers

    @property
    def _answers(self) -> int:
        """Of a session, about."""
        ended = self._result.sessions.completed + self._result.sessions.failed
        return max(1, -(-self._result.requests.count // max(ended, 1)))
