"""One run of generators that are there, led to its end: specification to result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from kampyn_perf.load.coordinator.coordinator import Coordinator
from kampyn_perf.load.coordinator.facts import GeneratorFacts
from kampyn_perf.load.coordinator.observers import Observers
from kampyn_perf.load.coordinator.pace import Pace, memory_set_aside
from kampyn_perf.load.coordinator.ports import (
    Measured,
    RunStart,
    Severity,
    WatchedTarget,
    Watcher,
)
from kampyn_perf.load.coordinator.progress import CompletedSeconds, Progress
from kampyn_perf.load.coordinator.result import RunEnd, RunFacts, make_result
from kampyn_perf.load.coordinator.saver import Saver
from kampyn_perf.load.coordinator.workers import Workers
from kampyn_perf.load.messages import Flows
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.recorder.build import ahead
from kampyn_perf.results.load import LoadResult, RunStatus
from kampyn_perf.units import format_duration

_ENOUGH_TO_GIVE_UP = 20
"""Requests: fewer may have met a moment."""


@dataclass(frozen=True, kw_only=True)
class Around:
    """What stands around a run: who hears of it, what saves it, what is measured beside it."""

    observer: Observers
    saver: Saver
    watcher: Watcher
    target: WatchedTarget
    acknowledged: Callable[[list[str]], None] = lambda _: None
    """Told the ids that answers have told."""


def lead(workers: Workers, facts: RunFacts, around: Around) -> LoadResult:
    """Lead `workers` through the run of `facts`. Raises KampynError if it cannot begin."""
    with memory_set_aside() as set_aside:
        run = _Run(workers, facts, around, set_aside)
        try:
            around.watcher.prepare(around.target)
            run.coordinator.run()
        finally:
            around.watcher.stop()
    return run.final()


class _Run:
    """The parts of one run, wired."""

    def __init__(
        self, workers: Workers, facts: RunFacts, around: Around, set_aside: Callable[[], None]
    ) -> None:
        """`set_aside` is called when all is loaded that the run needs."""
        self._workers = workers
        self._set_aside = set_aside
        self._facts = facts
        self._around = around
        self._schedule = facts.spec.schedule()
        self._flows: dict[str, int] = {}
        self._silence_told = False
        self._pace = Pace()
        self.coordinator = Coordinator(
            facts.spec,
            workers=workers,
            on_ready=self._begin,
            on_start=around.watcher.start,
            on_interval=self._interval,
            on_ending=lambda draining: around.observer.ending(
                draining=draining, drain_us=facts.spec.drain
            ),
            on_acknowledged=around.acknowledged,
            pace=self._pace,
        )
        self._completed = CompletedSeconds(self.coordinator.collector)

    def final(self) -> LoadResult:
        """The result of a run that is over, saved; the observer gets the last seconds first."""
        self._tell_progress(lambda: self._result(RunEnd()), over=True)
        coordinator = self.coordinator
        if coordinator.complete:
            end = RunEnd(status=RunStatus.COMPLETE)
        else:
            signal = coordinator.interrupts.signal
            end = RunEnd(
                status=RunStatus.PARTIAL,
                reason=coordinator.interrupts.reason or coordinator.trouble,
                interrupted=signal.name if signal else "",
                arrivals_until_us=coordinator.arrivals_until_us,
            )
        return self._around.saver.finish(self._result(end))

    def _begin(self, report: Flows) -> None:
        self._flows = dict(report.weights)
        saver = self._around.saver
        saver.save(self._result(RunEnd()))
        saver.become_latest()
        self._around.observer.begin(
            RunStart(
                spec=self._facts.spec,
                schedule=self._schedule,
                flows=self._flows,
                stock_client_reason=report.stock_client_reason,
                remarks=report.remarks,
            )
        )
        self._set_aside()

    def _interval(self) -> None:
        self._pace.renew()
        self._pace.take(ahead(self.coordinator.collector))
        measured = self._around.watcher.measured()
        self._pace.pause()
        result = self._result(RunEnd(), measured)
        self._pace.pause()
        self._around.saver.save(result, paced=self._pace.over)
        self._pace.pause()
        self._tell_progress(lambda: result)
        if reason := hopeless(result, self._facts.spec.give_up_after):
            self.coordinator.interrupts.stop(reason)
        elif not self._silence_told and (words := silent(result, self._facts.spec)):
            self._silence_told = True
            self._around.observer.remark(words, Severity.WARNING)

    def _tell_progress(self, result: Callable[[], LoadResult], *, over: bool = False) -> None:
        self._around.observer.interval(
            Progress(
                collector=self.coordinator.collector,
                schedule=self._schedule,
                completed=self._completed.take(over=over),
                result=result,
                stop=self.coordinator.interrupts.stop,
            ),
            between=self._pace.pause,
        )

    def _result(self, end: RunEnd, measured: Measured | None = None) -> LoadResult:
        return make_result(
            self._facts,
            schedule=self._schedule,
            weights=self._flows,
            collector=self.coordinator.collector,
            end=replace(end, generators=self._generator_facts()),
            measured=measured or self._around.watcher.measured(),
        )

    def _generator_facts(self) -> GeneratorFacts:
        coordinator, rebalancer = self.coordinator, self.coordinator.rebalancer
        return GeneratorFacts(
            names=self._workers.names,
            lost=rebalancer.lost,
            taken_over=not rebalancer.nobody_took_over,
            joined_us=rebalancer.joined_us,
            declined=coordinator.latecomers.declined,
            clocks=coordinator.clocks,
            compiled=coordinator.compiled,
            scenario_errors=coordinator.ends.scenario_errors,
            idle_sessions=coordinator.ends.idle_sessions,
            remarks=tuple(coordinator.ends.remarks),
            apart=tuple(coordinator.ends.apart.values()),
            trouble=coordinator.trouble,
            sizing=self._facts.sizing,
            unwritten=self._around.saver.failures,
            blind=self._around.observer.failures,
        )


def hopeless(result: LoadResult, after_us: int) -> str:
    """Why there is no point in going on: no request has succeeded since the start. Empty while one
    has, or while it is too early to say (`after_us`; 0: it never is)."""
    requests = result.requests
    if not after_us or result.measured_us < after_us or requests.count < _ENOUGH_TO_GIVE_UP:
        return ""
    if requests.failed < requests.count:
        return ""
    kinds = sorted(requests.errors.items(), key=lambda item: -item[1])
    words = ", ".join(f"{kind} {count:,}" for kind, count in kinds)
    return f"none of the first {requests.count:,} requests succeeded ({words})"


def silent(result: LoadResult, spec: RunSpec) -> str:
    """What to tell while not a single request has been answered, or has failed, since the start:
    such a run is no hopeless one yet, and looks as if it did nothing. Empty else."""
    after_us, started = spec.give_up_after, result.sessions.started
    if not after_us or result.measured_us < after_us or result.requests.count or not started:
        return ""
    since, limit = map(format_duration, (result.measured_us, spec.timeouts.total))
    return (
        f"Nothing has answered yet, {since} after the start; a request is given up after {limit} "
        "(config.timeouts.total)"
    )
