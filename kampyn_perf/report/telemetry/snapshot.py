"""What is told of a run at a moment, and who takes it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from prometheus_client.core import Metric

from kampyn_perf.recorder.traces import SessionTrace
from kampyn_perf.report.load.openmetrics import families
from kampyn_perf.results.load import LoadResult
from kampyn_perf.results.verdict import Verdict


@dataclass(frozen=True)
class Snapshot:
    """A run so far. What is made of it is made once, by who asks first."""

    result: LoadResult
    judge: Callable[[LoadResult], Verdict | None]
    """What it comes to so far."""
    traces: Sequence[SessionTrace] = ()
    """Since the one before."""
    at_ns: int = field(default_factory=time.time_ns)

    @cached_property
    def families(self) -> Sequence[Metric]:
        """All metrics, as `/metrics` has them."""
        return families(self.result, self.judge(self.result))


class DeliveryError(Exception):
    """It was not taken, in words."""


class Sender(Protocol):
    """A way to tell it."""

    name: str
    """What it is called in words for people."""

    def send(self, snapshot: Snapshot) -> None:
        """Tell it; takes seconds at most. Raises DeliveryError."""
