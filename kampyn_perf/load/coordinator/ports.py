"""What a run tells, and what it lets others measure beside it: the ports of `load.run`.

Moments are microseconds: those named `zero_us` by `clock.now_us` of this process, all others since
the start of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from kampyn_perf.load.coordinator.progress import Progress
    from kampyn_perf.load.spec import RunSpec
    from kampyn_perf.results.alerts import AlertRecord
    from kampyn_perf.results.faults import FaultRecord
    from kampyn_perf.results.series import Series, Unmeasured, Watching
    from kampyn_perf.schedule import Schedule


class Severity(StrEnum):
    """How much a remark matters."""

    WAITING = "waiting"
    """Something takes a while; over with whatever comes next."""
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class RunStart:
    """A run whose first arrival is about to come."""

    spec: RunSpec
    schedule: Schedule
    flows: Mapping[str, int]
    """Names and weights of the flows that run."""
    stock_client_reason: str = ""
    """Why Locust's own client is used; empty where the lean one is."""
    remarks: tuple[str, ...] = ()
    """What of a locustfile means something else than under Locust."""


class Observer(Protocol):
    """Who watches a run. `Unobserved` has all methods, and they do nothing: derive from it.

    All are called on the thread of `load.run`, between the reports of the generators: what takes
    long holds up the saving of results, not the load.
    """

    def begin(self, start: RunStart) -> None:
        """All is ready; the first arrival comes within a second."""

    def interval(self, progress: Progress) -> None:
        """About once a second, and once when the run is over: more was measured."""

    def ending(self, *, draining: bool, drain_us: int) -> None:
        """The run was asked to end early; sessions in flight may finish within `drain_us`, or, if
        not `draining`, are cut."""

    def remark(self, text: str, severity: Severity) -> None:
        """Words for people, complete in themselves."""


class Unobserved:
    """Nobody watches."""

    def begin(self, start: RunStart) -> None: ...

    def interval(self, progress: Progress) -> None: ...

    def ending(self, *, draining: bool, drain_us: int) -> None: ...

    def remark(self, text: str, severity: Severity) -> None: ...


@dataclass(frozen=True, kw_only=True)
class BundledProcesses:
    """The processes of the bundled backend, as they are at a moment: a respawned one has another
    number."""

    supervisor: int
    workers: Callable[[], Sequence[int]]
    redis: Callable[[], int | None]
    redis_socket: str = ""
    """URL of its embedded cache; empty where it has none."""


@dataclass(frozen=True, kw_only=True)
class WatchedTarget:
    """What can be watched beside a run."""

    url: str
    """Of the target."""
    generators: Callable[[], Sequence[int]]
    """Processes on this machine that make the load; they are not the backend's cost."""
    bundled: BundledProcesses | None = None
    """None where somebody else runs the target."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured beside the load, so far, as it stands in a `LoadResult`."""

    series: Sequence[Series] = ()
    unmeasured: Mapping[str, Unmeasured] = field(default_factory=dict)
    """By metric: why nothing measured it."""
    watching: Watching | None = None
    """What the watching itself cost."""
    warnings: Sequence[str] = ()
    """What makes it less than complete, as warnings of the run's validity."""
    alerts: Sequence[AlertRecord] = ()
    """What each rule came to that is judged beside the load."""
    faults: Sequence[FaultRecord] = ()
    """What was done to the target on purpose."""


class Watcher(Protocol):
    """What is measured beside the load, while it lasts.

    A KampynError of `prepare` ends the run before it has begun; the other methods do not raise:
    what goes wrong there is a remark.
    """

    def prepare(self, target: WatchedTarget) -> None:
        """The target is up. Connect, look up processes: it may take its time."""

    def start(self, zero_us: int) -> None:
        """Begin to sample, and return at once: the run starts at `zero_us`, within the second."""

    def stop(self) -> None:
        """The last session has ended, or the run has failed; also when it was never started."""

    def measured(self) -> Measured:
        """Everything so far; asked once a second while the run goes on, and once when stopped."""


class Unwatched:
    """Nothing is measured beside the load."""

    def prepare(self, target: WatchedTarget) -> None: ...

    def start(self, zero_us: int) -> None: ...

    def stop(self) -> None: ...

    def measured(self) -> Measured:
        return Measured()
