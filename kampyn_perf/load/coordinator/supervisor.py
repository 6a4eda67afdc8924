"""The run as the command line sees it: leads the generators, collects, answers signals.

This process has no gevent in it. What was collected is offered for saving about once a second, so
that kill -9 of anything loses about as much; a file that says "running" is of a run that was
killed.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.load.clock import ClockReading, now_us
from kampyn_perf.load.coordinator.crew import Crew, Heard
from kampyn_perf.load.coordinator.dealing import Dealing
from kampyn_perf.load.coordinator.latecomers import Latecomers
from kampyn_perf.load.coordinator.signals import Signals
from kampyn_perf.load.messages import News, Order
from kampyn_perf.load.share import Deal
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


class Supervisor:
    """One run. `run` blocks; `on_interval` is called about once a second."""

    def __init__(
        self,
        spec: RunSpec,
        *,
        crew: Crew,
        on_start: Callable[[dict[str, int], str | None], None],
        on_interval: Callable[[Collector], None],
        on_signal: Callable[[bool], None],
    ) -> None:
        """`on_signal` hears of every signal, and whether sessions in flight may still finish."""
        self._spec = spec
        self._document = orjson.loads(spec.dump())
        self._schedule = spec.schedule()
        self._crew = crew
        self._on_start = on_start
        self._on_interval = on_interval
        self._on_signal = on_signal
        self.collector = Collector(warm_up_us=spec.warm_up, splits_us=spec.thresholds)
        self.scenario_errors: dict[str, int] = {}
        self.trouble = ""
        """What ended the run before its time, other than a signal; empty for nothing."""
        self.dealt_until_us: int | None = None
        """When a run that ended early had its last arrival; None for one that did not."""
        self.dealing = Dealing(self._schedule, len(crew.names))
        self.latecomers = Latecomers(crew)
        self.clocks: dict[int, tuple[ClockReading, ClockReading]] = {}
        """Of each generator, at the start and at the end."""
        self._signals = Signals()
        self._weights: dict[str, int] = {}
        self._living = list(range(len(crew.names)))
        """Generators at work."""
        self._ready: set[int] = set()
        self._early: list[Heard] = []
        """What came, before the run began, of those that are not waited for."""
        self._ended: set[int] = set()
        self._start_us = 0
        self._heard_at: dict[int, float] = {}
        self._news_since: float | None = None
        self._told: set[int] = set()
        """Generators with news since the last save."""

    def run(self) -> None:
        """Run to the end, or to the first signal's. Raises KampynError if it cannot begin."""
        with self._signals:
            for index in self._living:
                self._hand_out(index)
            self._get_ready()
            if not self._signals.count:
                self._begin()
                self._follow()
            self._settle_accounts()

    @property
    def signal(self) -> signal.Signals | None:
        """What ended the run early."""
        return self._signals.first

    @property
    def complete(self) -> bool:
        """Whether the schedule was run to its end and handed over, whoever ran it."""
        return bool(self._ended) and self.signal is None and not self.trouble

    def _hand_out(self, index: int) -> None:
        self._crew.say(index, {"type": Order.RUN, "spec": self._document, "index": index})

    def _get_ready(self) -> None:
        """Wait until every generator knows its flows."""
        deadline = time.monotonic() + _START_SECONDS
        while len(self._ready) < len(self._living) and not self._signals.count:
            for heard in self._crew.hear():
                if heard.index not in self._living:
                    self._early.append(heard)
                elif heard.message is None:
                    raise KampynError(f"{self._crew.names[heard.index]} {heard.how}")
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
        for index in self._living:
            self._start(index)

    def _start(self, index: int) -> None:
        reading = self._crew.clock(index)
        self.clocks[index] = (reading, reading)
        self._heard_at[index] = time.monotonic()
        at_us = self._start_us + reading.offset_us
        deals = [asdict(deal) for deal in self.dealing.deals]
        self._crew.say(index, {"type": Order.START, "at_us": at_us, "deals": deals})

    def _follow(self) -> None:
        answered = 0
        deadline = time.monotonic() + self._schedule.duration_us / MICROSECONDS + self._patience()
        for heard in self._early:
            self._follow_one(heard)
        while self._living:
            for heard in self._crew.hear():
                self._follow_one(heard)
            self._offer()
            if answered < self._signals.count:
                answered = self._signals.count
                deadline = min(deadline, time.monotonic() + self._answer_signal())
            self._give_up_silent(deadline)
        self.latecomers.decline_all("the run is over")
        if not self._ended and self.dealing.lost:
            self.trouble = next(iter(self.dealing.lost.values()))
            self._note_end()

    def _answer_signal(self) -> float:
        """End the run, in order or at once. How many seconds that may take."""
        self._note_end()
        draining = self._signals.may_drain
        self._on_signal(draining)
        self._say_all({"type": Order.STOP if draining else Order.ABORT})
        return self._patience() if draining else _ABORT_SECONDS

    def _note_end(self) -> None:
        if self.dealt_until_us is None:
            elapsed_us = now_us() - self._start_us
            self.dealt_until_us = max(min(elapsed_us, self._schedule.duration_us), 0)

    def _follow_one(self, heard: Heard) -> None:
        if heard.index in self._living:
            self._heard_at[heard.index] = time.monotonic()
            if heard.message is None:
                self._lose(heard.index, heard.how)
            else:
                self._take(heard.index, heard.message)
        elif heard.index in {*self._ended, *self.dealing.lost, *self.latecomers.declined}:
            return  # the end of its pipe, or what it said before it was given up
        elif heard.message is None:
            self.latecomers.decline(heard.index, heard.how)
        elif heard.message["type"] == News.ERROR:
            self.latecomers.decline(heard.index, heard.message["message"])
        else:
            self._take(heard.index, heard.message)

    def _take(self, index: int, message: dict[str, Any]) -> None:
        """Handle one message."""
        match message["type"]:
            case News.ERROR:
                raise KampynError(
                    message["message"], code=ExitCode(message["code"]), hint=message["hint"]
                )
            case News.FLOWS if index in self.latecomers:
                self._join(index)
            case News.FLOWS:
                self._ready.add(index)
                if len(self._ready) == len(self._living):
                    self._weights = message["weights"]
                    self._on_start(message["weights"], message["note"])
            case News.INTERVAL:
                self.collector.take(Interval.from_message(message["interval"]), generator=index)
                self._told.add(index)
                self._news_since = self._news_since or time.monotonic()
            case News.END:
                for words, number in message["scenario_errors"].items():
                    self.scenario_errors[words] = self.scenario_errors.get(words, 0) + number
                self.clocks[index] = (self.clocks[index][0], self._crew.clock(index))
                self._ended.add(index)
                self._living.remove(index)
            case News.JOINED:
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
            self._on_interval(self.collector)

    def _join(self, index: int) -> None:
        """A generator that came late is ready: from soon on it deals its share of what is left."""
        elapsed_us = now_us() - self._start_us
        if self._signals.count or elapsed_us >= self._schedule.duration_us:
            self.latecomers.decline(index, "the run is at its end")
            return
        self.latecomers.take_part(index)
        self._start(index)
        deal = self.dealing.join(index, living=self._living, elapsed_us=elapsed_us)
        self._living.append(index)
        self._announce(deal)

    def _lose(self, index: int, how: str) -> None:
        """A generator is lost: the others take over its part, unless the run is at its end."""
        self._crew.give_up(index, "the master has given this worker up")
        self._living.remove(index)
        deal = self.dealing.lose(
            index,
            f"{self._crew.names[index]} {how}",
            living=[] if self._signals.count else self._living,
            dealt=self.collector.generators[index].planned,
            elapsed_us=now_us() - self._start_us,
        )
        if deal:
            self._announce(deal)

    def _announce(self, deal: Deal) -> None:
        self._say_all({"type": Order.REDEAL, "deal": asdict(deal)})

    def _give_up_silent(self, deadline: float) -> None:
        now = time.monotonic()
        for index in list(self._living):
            silent = now - self._heard_at[index]
            if silent > _SILENCE_SECONDS or now > deadline:
                self._lose(index, f"fell silent for {silent:.0f} s, and was given up")
        self.latecomers.decline_slow()

    def _settle_accounts(self) -> None:
        """After losses, arrivals that nobody dealt are counted as planned and never started."""
        if not self.dealing.lost:
            return
        mix = Mix(self._weights, seed=self._spec.seed)
        self.dealing.settle(self.collector, mix, self.dealt_until_us)

    def _patience(self) -> float:
        return self._spec.drain / MICROSECONDS + _GRACE_SECONDS

    def _say_all(self, message: dict[str, Any]) -> None:
        for index in self._living:
            self._crew.say(index, message)
