"""Runs watchers beside whatever else this process does, and says what they brought and cost.

Those that never wait share one thread; each that may wait for a network has one of its own, so
that a slow one delays no other. Microseconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kampyn_perf.measure.lane import Lane, Task
from kampyn_perf.measure.readings import Watcher
from kampyn_perf.measure.store import Listener, Store
from kampyn_perf.results.series import Series, Unmeasured, Watching
from kampyn_perf.units import MICROSECONDS, format_duration, format_percent

_JOIN_SECONDS = 2.0
"""How long the end of a run waits for a watcher that is waiting for somebody else."""
_MISSED_SHARE = 0.05
"""Of its looks; a watcher that missed more than this has something to say about it."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Everything until now; the fields of a load's result."""

    series: list[Series]
    unmeasured: dict[str, Unmeasured]
    watching: Watching


class Runner:
    """Watchers at work, from `start` to `stop`."""

    def __init__(
        self,
        watchers: Sequence[Watcher],
        *,
        now_us: Callable[[], int],
        from_us: int = 0,
        unmeasured: Mapping[str, Unmeasured] | None = None,
        listener: Listener | None = None,
    ) -> None:
        """`now_us` is the time on the run's axis, negative before its start; what comes before
        `from_us` is in no series. `unmeasured` is known before the first look."""
        self._now_us = now_us
        self._store = Store(from_us=from_us, listener=listener)
        self._known_gaps = dict(unmeasured or {})
        self._stopping = threading.Event()
        self._lanes = [_Lane(group, self._store, self) for group in _groups(watchers)]
        self._own_cpu_us = 0
        """Of the snapshots, which another thread takes."""
        self._started = False
        self._started_us = 0
        self._ended_us: int | None = None

    def start(self) -> None:
        """Begin to look; every watcher takes its first look at once."""
        self._started = True
        self._started_us = self._now_us()
        for lane in self._lanes:
            lane.begin(self._started_us)

    def stop(self) -> Measured:
        """End all looking, and return everything."""
        self._stopping.set()
        if not self._started:
            for lane in self._lanes:
                lane.give_up()
        deadline = time.monotonic() + _JOIN_SECONDS
        for lane in self._lanes:
            lane.join(deadline)
        self._ended_us = self._now_us()
        return self.snapshot()

    def snapshot(self) -> Measured:
        """What there is now."""
        spent_ns = time.thread_time_ns()
        series = self._store.series()
        tasks = [task for lane in self._lanes for task in lane.tasks]
        measured = Measured(
            series=series,
            unmeasured=self._gaps(tasks, series),
            watching=Watching(
                cpu_share=self._cpu_share(),
                watchers=[task.facts() for task in tasks],
                remarks=self._store.remarks + [text for task in tasks if (text := _lag(task))],
            ),
        )
        self._own_cpu_us += (time.thread_time_ns() - spent_ns) // 1000
        return measured

    def now_us(self) -> int:
        """Since the start of the run; negative before it."""
        return self._now_us()

    def wait_until(self, moment_us: int) -> bool:
        """Wait; False as soon as the watching is to end."""
        left_us = moment_us - self._now_us()
        return not self._stopping.wait(max(0, left_us) / MICROSECONDS)

    def _cpu_share(self) -> float:
        end_us = self._now_us() if self._ended_us is None else self._ended_us
        elapsed_us = max(end_us - self._started_us, 1)
        spent_us = sum(lane.cpu_us for lane in self._lanes) + self._own_cpu_us
        return round(spent_us / elapsed_us, 6)

    def _gaps(self, tasks: Sequence[Task], series: Sequence[Series]) -> dict[str, Unmeasured]:
        """Of every metric that was promised and has no sample: why. What a watcher ran into says
        more than what was known before."""
        gaps = dict(self._known_gaps)
        for task in tasks:
            for metric in task.watcher.provides:
                if task.gap:
                    gaps[metric] = task.gap
                nothing = Unmeasured(reason=f"{task.watcher.name}: saw none of it in this run")
                gaps.setdefault(metric, nothing)
        for metric in {measurement.metric for measurement in series}:
            gaps.pop(metric, None)
        return gaps


class _Lane:
    """A lane and its thread."""

    def __init__(self, watchers: Sequence[Watcher], store: Store, runner: Runner) -> None:
        self._watchers = watchers
        self._store = store
        self._runner = runner
        self.tasks: list[Task] = []
        self.cpu_us = 0
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)

    def begin(self, first_us: int) -> None:
        self.tasks = [Task.of(watcher, first_us) for watcher in self._watchers]
        self._thread.start()

    def give_up(self) -> None:
        """What `run` would do at its end, where it never began."""
        for watcher in self._watchers:
            watcher.close()

    def join(self, deadline: float) -> None:
        """Wait for its end, until a moment of the monotonic clock at the latest."""
        if self._thread.is_alive():
            self._thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        lane = Lane(self.tasks, store=self._store, clock=self._runner, cpu_us=self._cpu)
        lane.run()
        self._cpu()

    def _cpu(self) -> int:
        """The CPU time of this thread so far: of the looks, and of the waiting between them."""
        self.cpu_us = time.thread_time_ns() // 1000
        return self.cpu_us


def _groups(watchers: Sequence[Watcher]) -> list[list[Watcher]]:
    together = [watcher for watcher in watchers if not watcher.waits]
    alone = [[watcher] for watcher in watchers if watcher.waits]
    return [together, *alone] if together else alone


def _lag(task: Task) -> str:
    """Words for a watcher that could not keep its pace; empty for one that could."""
    looks = task.samples + task.failures + task.missed
    if task.missed <= _MISSED_SHARE * looks:
        return ""
    return (
        f"{task.watcher.name}: {task.missed} of {looks} looks were missed "
        f"({format_percent(task.missed / looks)}); it was late by up to "
        f"{format_duration(task.late_max_us)}"
    )
