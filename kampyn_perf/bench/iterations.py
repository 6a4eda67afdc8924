"""The iterations of one case: how many begin, what they took, when to stop. Unit: nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from kampyn_perf.bench.failures import Failures, Stage


class Stop(StrEnum):
    """Why the measuring of a case ended."""

    ITERATIONS = "iterations"
    """All of them were done."""
    TIME_LIMIT = "time_limit"
    FAILURES = "failures"
    """So many calls failed that more would say nothing new."""
    HUNG = "hung"
    """One call took longer than it may."""
    INTERRUPTED = "interrupted"


@dataclass(kw_only=True)
class Iterations:
    """Of one case: handed out until there are enough, or too little time, or too many failures."""

    planned: int
    limit_ns: int
    """No iteration begins later than this after the first."""
    max_failures: int
    failures: Failures
    stage: Stage = Stage.MEASURE
    times: list[int] = field(default_factory=list)
    """Nanoseconds of each call that succeeded, in the order of their ends."""
    issued: int = 0
    stop: Stop = Stop.ITERATIONS
    _failed_before: int = 0
    _deadline: int | None = None

    def __post_init__(self) -> None:
        self._failed_before = self.failures.count

    @property
    def failed(self) -> int:
        """Calls of this stage that failed."""
        return self.failures.count - self._failed_before

    @property
    def beats(self) -> int:
        """Rises with everything that happens; a case whose beats stand still hangs."""
        return self.issued + len(self.times) + self.failures.count

    def claim(self, now: int) -> bool:
        """Whether another iteration begins, at `now` on the clock."""
        if self._deadline is None:
            self._deadline = now + self.limit_ns
        if self.issued >= self.planned:
            return False
        if self.failed >= self.max_failures:
            self.stop = Stop.FAILURES
            return False
        if now >= self._deadline:
            self.stop = Stop.TIME_LIMIT
            return False
        self.issued += 1
        return True

    def fail(self, error: BaseException) -> None:
        """The iteration ended in `error`."""
        self.failures.add(self.stage, error)
