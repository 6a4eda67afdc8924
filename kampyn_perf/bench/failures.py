"""What went wrong while a case was run, counted by kind, message and place."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from kampyn_perf.redact import redact_text

_MESSAGE_LENGTH = 300


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


def _place(error: BaseException) -> str:
    """`file:line` of where the error was raised, or rather of the last frame that is known."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
