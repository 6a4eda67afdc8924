"""The account of one case: samples, failures, and when to stop. Unit: whole nanoseconds."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kampyn_perf.redact import redact_text

_MESSAGE_LENGTH = 300


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


class Stage(StrEnum):
    """What a case was at."""

    SETUP = "setup"
    WARMUP = "warmup"
    MEASURE = "measure"
    TEARDOWN = "teardown"


class CaseHung(BaseException):
    """Raised inside a call that never ends. Not an Exception, so that cases do not swallow it."""


@dataclass
class Failure:
    """One kind of failure and how often it was met."""

    stage: Stage
    kind: str
    message: str
    where: str
    count: int = 1


@dataclass
class Failures:
    """Failures, counted by kind, message and place."""

    seen: dict[tuple[str, str, str, str], Failure] = field(default_factory=dict)
    count: int = 0

    def add(self, stage: Stage, error: BaseException) -> None:
        """Count one more; messages that differ only in their secrets are one."""
        self.count += 1
        message = redact_text(str(error))[:_MESSAGE_LENGTH]
        where = _place(error)
        key = (stage, type(error).__name__, message, where)
        if key in self.seen:
            self.seen[key].count += 1
        else:
            self.seen[key] = Failure(stage, type(error).__name__, message, where)

    def listed(self) -> Sequence[Failure]:
        """The most frequent first."""
        return sorted(self.seen.values(), key=lambda failure: -failure.count)


@dataclass(kw_only=True)
class Tally:
    """Hands out iterations until there are enough, or too little time, or too many failures."""

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


def _place(error: BaseException) -> str:
    """`file:line` of where the error was raised, or rather of the last frame that is known."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
