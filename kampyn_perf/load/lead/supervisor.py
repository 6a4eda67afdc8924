"""The run as the command line sees it: leads the generators, collects, answers signals.

This process has no gevent in it. What was collected is offered for saving about once a second, so
that kill -9 of anything loses about as much; a file that says "running" is of a run that was
killed.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import orjson

from kampyn_perf.errors import ExitCode, KampynError
from kampyn_perf.load.clock import ClockReading, now_us
from kampyn_perf.load.lead.crew import Crew, Heard
from kampyn_perf.load.lead.losses import Losses
from kampyn_perf.load.messages import News, Order
from kampyn_perf.load.spec import RunSpec
from kampyn_perf.recorder.collector import Collector
from kampyn_perf.recorder.interval import Interval
from kampyn_perf.schedule import Mix
from kampyn_perf.units import MICROSECONDS

_START_SECONDS = 60
_GRACE_SECONDS = 30
"""How long beyond schedule and drain a generator may take before it is given up."""
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
    ) -> None:
        self._spec = spec
        self._schedule = spec.schedule()
        self._crew = crew
        self._on_start = on_start
        self._on_interval = on_interval
        self.collector = Collector(warm_up_us=spec.warm_up)
        self.scenario_errors: dict[str, int] = {}
        self.trouble = ""
        """What ended the run before its time, other than a signal; empty for nothing."""
        self.signal: signal.Signals | None = None
        """What ended the run early."""
        self.losses = Losses(self._schedule, len(crew.names))
        self.clocks: list[tuple[ClockReading, ClockReading]] = []
        """Of each generator, at the start and at the end."""
        self._signals = 0
        self._weights: dict[str, int] = {}
        self._ready: set[int] = set()
        self._ended: set[int] = set()
        self._start_us = 0
        self._heard_at = [time.monotonic()] * len(crew.names)
        self._news_since: float | None = None
        self._told: set[int] = set()
        """Generators with news since the last save."""

    def run(self) -> None:
        """Run to the end, or to the first signal's. Raises KampynError if it cannot begin."""
        count = len(self._crew.names)
        with self._signals_caught():
            spec = orjson.loads(self._spec.dump())
            for index in range(count):
                self._crew.say(
                    index, {"type": Order.RUN, "spec": spec, "index": index, "count": count}
                )
            self._get_ready()
            if not self._signals:
                self._begin()
                self._follow()
            self._settle_accounts()

    @property
    def complete(self) -> bool:
        """Whether the schedule was run to its end and handed over, whoever ran it."""
        return bool(self._ended) and self.signal is None and not self.trouble

    @property
    def _living(self) -> list[int]:
        """Generators at work."""
        gone = self._ended | set(self.losses.how)
        return [index for index in range(len(self._crew.names)) if index not in gone]

    def _get_ready(self) -> None:
        """Wait until every generator knows its flows."""
        deadline = time.monotonic() + _START_SECONDS
        while len(self._ready) < len(self._crew.names) and not self._signals:
            for heard in self._crew.hear():
                if heard.message is None:
                    raise KampynError(f"{self._crew.names[heard.index]} {heard.how}")
                self._take(heard.index, heard.message)
            if time.monotonic() > deadline:
                raise KampynError(
                    f"the generators were not ready within {_START_SECONDS} s",
                    hint="generator.log in the run's folder may tell why.",
                )

    def _begin(self) -> None:
        """All begin at one moment, each told by its own clock."""
        readings = [self._crew.clock(index) for index in range(len(self._crew.names))]
        self.clocks = [(reading, reading) for reading in readings]
        self._start_us = now_us() + _HEAD_START_US
        for index, reading in enumerate(readings):
            at_us = self._start_us + reading.offset_us
            self._crew.say(index, {"type": Order.START, "at_us": at_us})

    def _follow(self) -> None:
        answered = 0
        deadline = time.monotonic() + self._schedule.duration_us / MICROSECONDS + self._patience()
        self._heard_at = [time.monotonic()] * len(self._heard_at)
        while self._living:
            for heard in self._crew.hear():
                self._follow_one(heard)
            self._offer()
            if answered < self._signals:
                answered = self._signals
                self._say_all({"type": Order.STOP if self._may_drain(answered) else Order.ABORT})
                deadline = min(deadline, time.monotonic() + self._patience())
            self._give_up_silent(deadline)
        if not self._ended and self.losses.how:
            self.trouble = next(iter(self.losses.how.values()))

    def _follow_one(self, heard: Heard) -> None:
        if heard.index not in self._living:
            return
        self._heard_at[heard.index] = time.monotonic()
        if heard.message is None:
            self._lose(heard.index, heard.how)
        else:
            self._take(heard.index, heard.message)

    def _take(self, index: int, message: dict[str, Any]) -> None:
        """Handle one message."""
        match message["type"]:
            case News.ERROR:
                raise KampynError(
                    message["message"], code=ExitCode(message["code"]), hint=message["hint"]
                )
            case News.FLOWS:
                self._ready.add(index)
                if len(self._ready) == len(self._crew.names):
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

    def _offer(self) -> None:
        """Offer what was collected for saving, once all generators have told of the second."""
        if self._news_since is None:
            return
        waited = time.monotonic() - self._news_since
        if waited >= _GATHER_SECONDS or self._told >= set(self._living):
            self._news_since = None
            self._told.clear()
            self._on_interval(self.collector)

    def _lose(self, index: int, how: str) -> None:
        """A generator is lost: the others take over its part, unless the run is at its end."""
        self._crew.give_up(index)
        name = self._crew.names[index]
        elapsed_us = now_us() - self._start_us
        self.losses.add(
            index,
            f"{name} {how}",
            heirs=[] if self._signals else [each for each in self._living if each != index],
            dealt=self.collector.generators[index].planned,
            elapsed_us=elapsed_us,
        )
        takeover = self.losses.takeovers[-1] if self.losses.takeovers else None
        if takeover and takeover.lost == index:
            self._say_all(
                {
                    "type": Order.TAKE_OVER,
                    "lost": index,
                    "heirs": list(takeover.heirs),
                    "from_number": takeover.from_number,
                }
            )

    def _give_up_silent(self, deadline: float) -> None:
        now = time.monotonic()
        for index in self._living:
            silent = now - self._heard_at[index]
            if silent > _SILENCE_SECONDS or now > deadline:
                self._lose(index, f"fell silent for {silent:.0f} s, and was given up")

    def _settle_accounts(self) -> None:
        """After losses, arrivals that nobody dealt are counted as planned and never started."""
        if not self.losses.how:
            return
        mix = Mix(self._weights, seed=self._spec.seed)
        until_us = min(self.collector.elapsed_us, self._schedule.duration_us)
        for number in self.losses.numbers(until_us if self.signal or self.trouble else None):
            self.collector.arrival_lost(flow=mix[number], phase=self._schedule[number].phase)
        self.collector.close_accounts()

    def _may_drain(self, signals: int) -> bool:
        """The first Ctrl-C lets sessions in flight finish; a second one, or SIGTERM, does not."""
        return signals == 1 and self.signal is signal.SIGINT

    def _patience(self) -> float:
        return self._spec.drain / MICROSECONDS + _GRACE_SECONDS

    def _say_all(self, message: dict[str, Any]) -> None:
        for index in self._living:
            self._crew.say(index, message)

    @contextmanager
    def _signals_caught(self) -> Iterator[None]:
        """SIGINT and SIGTERM end the run in order instead of this process."""

        def note(number: int, _frame: Any) -> None:
            self._signals += 1
            self.signal = self.signal or signal.Signals(number)

        before = {each: signal.signal(each, note) for each in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)
