"""Leads the generators through one run: collects what they report, answers signals.

This process has no gevent in it. What was collected is offered for saving about once a second, so
that kill -9 of anything loses about as much; a file that says "running" is of a run that was
killed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.load.clock import ClockReading, now_us
from kampyn_perf.load.coordinator.interrupts import Interrupts
from kampyn_perf.load.coordinator.latecomers import Latecomers
from kampyn_perf.load.coordinator.rebalancing import Rebalancer
from kampyn_perf.load.coordinator.workers import Received, Workers
from kampyn_perf.load.messages import Command, Report
from kampyn_perf.load.partition import Assignment
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.interval import Interval
from kampyn_perf.schedule import Mix
from kampyn_perf.units import MICROSECONDS

_START_SECONDS = 60
_GRACE_SECONDS = 30
"""How long beyond schedule and drain a generator may take before it is given up."""
_ABORT_SECONDS = 5
"""How long one may take that was told to cut everything."""
_SILENCE_SECONDS = 20
"""How long a generator may be silent within the run before it is given up."""
_HEAD_START_US = 500_000
"""From the order to start to the start itself: all generators have read it by then."""
_GATHER_SECONDS = 0.3
"""How long the first news of a second wait for those of the other generators."""


class Coordinator:
    """One run. `run` blocks; `on_interval` is called about once a second."""

    def __init__(
        self,
        spec: RunSpec,
        *,
        workers: Workers,
        on_ready: Callable[[dict[str, int], str], None],
        on_start: Callable[[int], None],
        on_interval: Callable[[], None],
        on_ending: Callable[[bool], None],
    ) -> None:
        """`on_ready` is told the flows, and why the stock client is used; `on_start` the moment of
        the start to come, by `clock.now_us`; `on_ending`, for every interruption, whether sessions
        in flight may still finish."""
        self._spec = spec
        self._document = orjson.loads(spec.dump())
        self._schedule = spec.schedule()
        self._workers = workers
        self._on_ready = on_ready
        self._on_start = on_start
        self._on_interval = on_interval
        self._on_ending = on_ending
        self.collector = Collector(warm_up_us=spec.warm_up, splits_us=spec.thresholds)
        self.scenario_errors: dict[str, int] = {}
        self.trouble = ""
        """What ended the run before its time, other than an interruption; empty for nothing."""
        self.arrivals_until_us: int | None = None
        """When a run that ended early had its last arrival; None for one that did not."""
        self.rebalancer = Rebalancer(self._schedule, len(workers.names))
        self.latecomers = Latecomers(workers)
        self.clocks: dict[int, tuple[ClockReading, ClockReading]] = {}
        """Of each generator, at the start and at the end."""
        self.interrupts = Interrupts()
        self._weights: dict[str, int] = {}
        self._living = list(range(len(workers.names)))
        """Generators at work."""
        self._ready: set[int] = set()
        self._early: list[Received] = []
        """What came, before the run began, of those that are not waited for."""
        self._ended: set[int] = set()
        self._start_us = 0
        self._heard_at: dict[int, float] = {}
        self._news_since: float | None = None
        self._told: set[int] = set()
        """Generators with news since the last save."""

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
        self._workers.say(index, {"type": Command.RUN, "spec": self._document, "index": index})

    def _get_ready(self) -> None:
        """Wait until every generator knows its flows."""
        deadline = time.monotonic() + _START_SECONDS
        while len(self._ready) < len(self._living) and not self.interrupts.count:
            for heard in self._workers.hear():
                if heard.index not in self._living:
                    self._early.append(heard)
                elif heard.message is None:
                    raise KampynError(f"{self._workers.names[heard.index]} {heard.how}")
                else:
                    self._take(heard.index, heard.message)
            if time.monotonic() > deadline:
                raise KampynError(
                    f"the generators were not ready within {_START_SECONDS} s",
                    hint="generator.log in the run's folder may tell why.",
                )

    def _begin(self) -> None:
        """All begin at one moment, each told by its own clock."""
        self._start_us = now_us() + _HEAD_START_US
        self._on_start(self._start_us)
        for index in self._living:
            self._start(index)

    def _start(self, index: int) -> None:
        reading = self._workers.clock(index)
        self.clocks[index] = (reading, reading)
        self._heard_at[index] = time.monotonic()
        at_us = self._start_us + reading.offset_us
        deals = [asdict(deal) for deal in self.rebalancer.deals]
        self._workers.say(index, {"type": Command.START, "at_us": at_us, "deals": deals})

    def _follow(self) -> None:
        answered = 0
        deadline = time.monotonic() + self._schedule.duration_us / MICROSECONDS + self._patience()
        for heard in self._early:
            self._follow_one(heard)
        while self._living:
            for heard in self._workers.hear():
                self._follow_one(heard)
            self._offer()
            if answered < self.interrupts.count:
                answered = self.interrupts.count
                deadline = min(deadline, time.monotonic() + self._answer_interruption())
            self._give_up_silent(deadline)
        self.latecomers.decline_all("the run is over")
        if not self._ended and self.rebalancer.lost:
            self.trouble = next(iter(self.rebalancer.lost.values()))
            self._note_end()

    def _answer_interruption(self) -> float:
        """End the run, in order or at once. How many seconds that may take."""
        self._note_end()
        draining = self.interrupts.may_drain
        self._on_ending(draining)
        self._say_all({"type": Command.STOP if draining else Command.ABORT})
        return self._patience() if draining else _ABORT_SECONDS

    def _note_end(self) -> None:
        if self.arrivals_until_us is None:
            elapsed_us = now_us() - self._start_us
            self.arrivals_until_us = max(min(elapsed_us, self._schedule.duration_us), 0)

    def _follow_one(self, heard: Received) -> None:
        if heard.index in self._living:
            self._heard_at[heard.index] = time.monotonic()
            if heard.message is None:
                self._lose(heard.index, heard.how)
            else:
                self._take(heard.index, heard.message)
        elif heard.index in {*self._ended, *self.rebalancer.lost, *self.latecomers.declined}:
            return  # the end of its pipe, or what it said before it was given up
        elif heard.message is None:
            self.latecomers.decline(heard.index, heard.how)
        elif heard.message["type"] == Report.ERROR:
            self.latecomers.decline(heard.index, heard.message["message"])
        else:
            self._take(heard.index, heard.message)

    def _take(self, index: int, message: dict[str, Any]) -> None:
        """Handle one message."""
        match message["type"]:
            case Report.ERROR:
                raise KampynError(
                    message["message"], code=ExitCode(message["code"]), hint=message["hint"]
                )
            case Report.FLOWS if index in self.latecomers:
                self._join(index)
            case Report.FLOWS:
                self._ready.add(index)
                if len(self._ready) == len(self._living):
                    self._weights = message["weights"]
                    self._on_ready(message["weights"], message["note"] or "")
            case Report.INTERVAL:
                self.collector.take(Interval.from_message(message["interval"]), generator=index)
                self._told.add(index)
                self._news_since = self._news_since or time.monotonic()
            case Report.END:
                for words, number in message["scenario_errors"].items():
                    self.scenario_errors[words] = self.scenario_errors.get(words, 0) + number
                self.clocks[index] = (self.clocks[index][0], self._workers.clock(index))
                self._ended.add(index)
                self._living.remove(index)
            case Report.JOINED:
                self.latecomers.come(index)
                self._hand_out(index)

    def _offer(self) -> None:
        """Offer what was collected for saving, once all generators have told of the second."""
        if self._news_since is None:
            return
        waited = time.monotonic() - self._news_since
        if waited >= _GATHER_SECONDS or self._told >= set(self._living):
            self._news_since = None
            self._told.clear()
            self._on_interval()

    def _join(self, index: int) -> None:
        """A generator that came late is ready: from soon on it deals its share of what is left."""
        elapsed_us = now_us() - self._start_us
        if self.interrupts.count or elapsed_us >= self._schedule.duration_us:
            self.latecomers.decline(index, "the run is at its end")
            return
        self.latecomers.take_part(index)
        self._start(index)
        deal = self.rebalancer.join(index, living=self._living, elapsed_us=elapsed_us)
        self._living.append(index)
        self._announce(deal)

    def _lose(self, index: int, how: str) -> None:
        """A generator is lost: the others take over its part, unless the run is at its end."""
        self._workers.give_up(index, "the master has given this worker up")
        self._living.remove(index)
        deal = self.rebalancer.lose(
            index,
            f"{self._workers.names[index]} {how}",
            living=[] if self.interrupts.count else self._living,
            dealt=self.collector.generators[index].planned,
            elapsed_us=now_us() - self._start_us,
        )
        if deal:
            self._announce(deal)

    def _announce(self, deal: Assignment) -> None:
        self._say_all({"type": Command.REDEAL, "deal": asdict(deal)})

    def _give_up_silent(self, deadline: float) -> None:
        now = time.monotonic()
        for index in list(self._living):
            silent = now - self._heard_at[index]
            if silent > _SILENCE_SECONDS or now > deadline:
                self._lose(index, f"fell silent for {silent:.0f} s, and was given up")
        self.latecomers.decline_slow()

    def _settle_accounts(self) -> None:
        """After losses, arrivals that nobody dealt are counted as planned and never started."""
        if not self.rebalancer.lost:
            return
        mix = Mix(self._weights, seed=self._spec.seed)
        self.rebalancer.settle(self.collector, mix, self.arrivals_until_us)

    def _patience(self) -> float:
        return self._spec.drain / MICROSECONDS + _GRACE_SECONDS

    def _say_all(self, message: dict[str, Any]) -> None:
        for index in self._living:
            self._workers.say(index, message)
