"""Leads the generators through one run: collects what they report, answers signals.

This process has no gevent in it. What was collected is offered for saving about once a second, so
that kill -9 of anything loses about as much; a file that says "running" is of a run that was
killed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import orjson

from kampyn_perf.errors import KampynError
from kampyn_perf.load.clock import ClockReading, now_us
from kampyn_perf.load.coordinator.ends import Ends
from kampyn_perf.load.coordinator.intake import Intake
from kampyn_perf.load.coordinator.interrupts import Interrupts
from kampyn_perf.load.coordinator.latecomers import Latecomers
from kampyn_perf.load.coordinator.pace import Pace
from kampyn_perf.load.coordinator.rebalancing import Rebalancer
from kampyn_perf.load.coordinator.reporting import Silence, Unsaved
from kampyn_perf.load.coordinator.workers import Received, Workers
from kampyn_perf.load.messages import (
    Abort,
    Command,
    End,
    Flows,
    Joined,
    Reassign,
    Recorded,
    RecordedCells,
    Refused,
    Report,
    Run,
    SigningIn,
    Start,
    Stop,
)
from kampyn_perf.load.partition import Assignment
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.schedule import Mix
from kampyn_perf.units import MICROSECONDS

_START_SECONDS = 60
_GRACE_SECONDS = 30
"""How long beyond schedule and drain a generator may take before it is given up."""
_ABORT_SECONDS = 5
"""How long one may take that was told to cut everything."""


class Coordinator:
    """One run. `run` blocks; `on_interval` is called about once a second."""

    def __init__(
        self,
        spec: RunSpec,
        *,
        workers: Workers,
        on_ready: Callable[[Flows], None],
        on_start: Callable[[int], None],
        on_interval: Callable[[], None],
        on_ending: Callable[[bool], None],
        on_acknowledged: Callable[[list[str]], None] = lambda _: None,
        pace: Pace | None = None,
    ) -> None:
        """`on_ready` is told the flows, and what is to be said of them; `on_start` the moment of
        the start to come, by `clock.now_us`; `on_ending`, for every interruption, whether sessions
        in flight may still finish; `on_acknowledged` the ids that answers have told."""
        self._spec = spec
        self._document = orjson.loads(spec.dump())
        self._schedule = spec.schedule()
        self._workers = workers
        self._on_ready = on_ready
        self._on_start = on_start
        self._on_interval = on_interval
        self._on_ending = on_ending
        self._on_acknowledged = on_acknowledged
        self._pace = pace or Pace()
        self.collector = Collector(warm_up_us=spec.warm_up, splits_us=spec.thresholds)
        self._intake = Intake(self.collector, self._pace)
        self.ends = Ends()
        self._ready_until = 0.0
        self.trouble = ""
        """What ended the run before its time, other than an interruption; empty for nothing."""
        self.arrivals_until_us: int | None = None
        """When a run that ended early had its last arrival; None for one that did not."""
        self.rebalancer = Rebalancer(self._schedule, len(workers.names))
        self.latecomers = Latecomers(workers)
        self.clocks: dict[int, tuple[ClockReading, ClockReading]] = {}
        """Of each generator, at the start and at the end."""
        self.compiled: dict[int, bool] = {}
        """Whether each generator runs with what is compiled."""
        self.interrupts = Interrupts()
        self._weights: dict[str, int] = {}
        self._living = list(range(len(workers.names)))
        """Generators at work."""
        self._ready: set[int] = set()
        self._early: list[Received] = []
        """What came, before the run began, of those that are not waited for."""
        self._ended: set[int] = set()
        self._start_us = 0
        self._silence = Silence()
        self._unsaved = Unsaved()

    def run(self) -> None:
        """Run to the end, or to the first interruption's. Raises KampynError if it cannot begin."""
        with self.interrupts:
            for index in self._living:
                self._hand_out(index)
            self._get_ready()
            if not self.interrupts.count:
                self._begin()
                self._follow()
            self._settle_accounts()

    @property
    def complete(self) -> bool:
        """Whether the schedule was run to its end and handed over, whoever ran it."""
        return bool(self._ended) and not self.interrupts.count and not self.trouble

    def _hand_out(self, index: int) -> None:
        members = len(self._living)
        self._workers.send(index, Run(spec=self._document, index=index, members=members))

    def _get_ready(self) -> None:
        """Wait until every generator knows its flows, and has signed in whom they need."""
        self._ready_until = time.monotonic() + _START_SECONDS
        while len(self._ready) < len(self._living) and not self.interrupts.count:
            for received in self._workers.receive():
                if received.index not in self._living:
                    self._early.append(received)
                elif received.report is None:
                    raise KampynError(f"{self._workers.names[received.index]} {received.how}")
                else:
                    self._take(received.index, received.report)
            if time.monotonic() > self._ready_until:
                raise KampynError(
                    f"the generators were not ready within {_START_SECONDS} s",
                    hint="generator.log in the run's folder may tell why.",
                )

    def _begin(self) -> None:
        """All begin at one moment, each told by its own clock."""
        self._start_us = now_us() + self._workers.head_start_us
        self._on_start(self._start_us)
        for index in self._living:
            self._start(index)

    def _start(self, index: int) -> None:
        reading = self._workers.clock(index)
        self.clocks[index] = (reading, reading)
        self._silence.broken_by(index)
        at_us = self._start_us + reading.offset_us
        assignments = tuple(self.rebalancer.assignments)
        self._workers.send(index, Start(at_us=at_us, assignments=assignments))

    def _follow(self) -> None:
        answered = 0
        deadline = (
            time.monotonic() + self._schedule.duration_us / MICROSECONDS + self._grace_seconds()
        )
        for received in self._early:
            self._follow_one(received)
        while self._living:
            self._pace.begin()
            batch = self._workers.receive()
            if self._all_end(batch):
                self._pace.stop()
            for received in batch:
                self._pace.pause()
                self._follow_one(received)
            # Before anything of our own that takes long: what a generator has sent meanwhile is not
            # read yet, and our absence would be taken for its silence.
            self._give_up_silent(deadline)
            if self._unsaved.take(self._living):
                self._on_interval()
            if answered < self.interrupts.count:
                answered = self.interrupts.count
                deadline = min(deadline, time.monotonic() + self._answer_interruption())
        self.latecomers.decline_all("the run is over")
        if not self._ended and self.rebalancer.lost:
            self.trouble = next(iter(self.rebalancer.lost.values()))
            self._note_end()

    def _all_end(self, batch: Sequence[Received]) -> bool:
        """Whether nobody will be at work any more after these reports."""
        ending = {received.index for received in batch if isinstance(received.report, End)}
        return ending.issuperset(self._living)

    def _answer_interruption(self) -> float:
        """End the run, in order or at once. How many seconds that may take."""
        self._note_end()
        draining = self.interrupts.may_drain
        self._on_ending(draining)
        self._send_all(Stop() if draining else Abort())
        return self._grace_seconds() if draining else _ABORT_SECONDS

    def _note_end(self) -> None:
        if self.arrivals_until_us is None:
            elapsed_us = now_us() - self._start_us
            self.arrivals_until_us = max(min(elapsed_us, self._schedule.duration_us), 0)

    def _follow_one(self, received: Received) -> None:
        index, report = received.index, received.report
        if index in self._living:
            self._silence.broken_by(index)
            if report is None:
                self._lose(index, received.how)
            else:
                self._take(index, report)
        elif index in {*self._ended, *self.rebalancer.lost, *self.latecomers.declined}:
            return  # the end of its pipe, or a report that was on its way when it was given up
        elif report is None:
            self.latecomers.decline(index, received.how)
        elif isinstance(report, Refused):
            self.latecomers.decline(index, report.message)
        else:
            self._take(index, report)

    def _take(self, index: int, report: Report) -> None:
        """Handle one report."""
        match report:
            case Refused():
                raise report.error()
            case Flows() if index in self.latecomers:
                self._join(index, report)
            case Flows():
                self.compiled[index] = report.compiled
                self._ready.add(index)
                if len(self._ready) == len(self._living):
                    self._weights = dict(report.weights)
                    self._on_ready(report)
            case RecordedCells():
                self._intake.take_part(index, report.cells)
            case Recorded():
                self._intake.take(index, report.interval)
                self._on_acknowledged(report.interval.acknowledged)
                self._unsaved.add(index)
            case SigningIn():
                self._ready_until = time.monotonic() + _START_SECONDS
            case End():
                self._end(index, report)
            case Joined():
                self.latecomers.come(index)
                self._hand_out(index)

    def _end(self, index: int, report: End) -> None:
        self.ends.add(report)
        self.clocks[index] = (self.clocks[index][0], self._workers.clock(index))
        self._ended.add(index)
        self._living.remove(index)

    def _join(self, index: int, report: Flows) -> None:
        """A generator that came late is ready: from soon on it takes its share of what is left."""
        elapsed_us = now_us() - self._start_us
        if self.interrupts.count or elapsed_us >= self._schedule.duration_us:
            self.latecomers.decline(index, "the run is at its end")
            return
        self.latecomers.take_part(index)
        self.compiled[index] = report.compiled
        self._start(index)
        assignment = self.rebalancer.join(index, living=self._living, elapsed_us=elapsed_us)
        self._living.append(index)
        self._announce(assignment)

    def _lose(self, index: int, how: str) -> None:
        """A generator is lost: the others take over its part, unless the run is at its end."""
        self._workers.give_up(index, "the master has given this worker up")
        self._living.remove(index)
        self._intake.forget(index)
        assignment = self.rebalancer.lose(
            index,
            f"{self._workers.names[index]} {how}",
            living=[] if self.interrupts.count else self._living,
            started=self.collector.generators[index].planned,
            elapsed_us=now_us() - self._start_us,
        )
        if assignment:
            self._announce(assignment)

    def _announce(self, assignment: Assignment) -> None:
        self._send_all(Reassign(assignment=assignment))

    def _give_up_silent(self, deadline: float) -> None:
        for index, silent in self._silence.too_long(self._living, deadline):
            self._lose(index, f"fell silent for {silent:.0f} s, and was given up")
        self.latecomers.decline_slow()

    def _settle_accounts(self) -> None:
        """After losses, arrivals that nobody started are counted as planned and never started."""
        if not self.rebalancer.lost:
            return
        mix = Mix(self._weights, seed=self._spec.seed)
        self.rebalancer.settle(self.collector, mix, self.arrivals_until_us)

    def _grace_seconds(self) -> float:
        return self._spec.drain / MICROSECONDS + _GRACE_SECONDS

    def _send_all(self, command: Command) -> None:
        for index in self._living:
            self._workers.send(index, command)
