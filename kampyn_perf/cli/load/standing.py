"""How a run stands: its objectives, generators, server and errors so far, looked at now and then.

The looks are an observer's; what they came to is for the live view. A look costs as much as a
result of everything that was measured until then, so the next one waits twenty times as long.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kampyn_perf import load
from kampyn_perf.load.clock import now_us
from kampyn_perf.results.load import LoadResult
from kampyn_perf.slo.objectives import Slo
from kampyn_perf.slo.so_far import SoFar, so_far
from kampyn_perf.units import MICROSECONDS, format_duration, format_percent, format_size

EVERY_US = 5 * MICROSECONDS
_TIMES_ITS_COST = 20
_MOST_NAMED = 3
_MOST_ERRORS = 2
_MOST_WORDS = 60


class Fact(NamedTuple):
    """A row of the live view."""

    label: str
    text: str
    style: str = ""
    """Where its colour means something."""


@dataclass(frozen=True)
class Standing:
    """What a look came to."""

    goals: Sequence[SoFar]
    result: LoadResult

    def lines(self) -> Iterator[Fact]:
        """For the live view: how it goes, before who makes the load and what the server does."""
        missed = any(not goal.within for goal in self.goals)
        yield Fact("objectives", self.objectives(), "yellow" if missed else "")
        if alerts := self.alerts():
            yield Fact("alerts", alerts, "red")
        if faults := self.faults():
            yield Fact("faults", faults, "magenta")
        if errors := self.errors():
            yield Fact("errors", errors, "red")
        if self.result.validity.reasons:
            yield Fact("INVALID", self.result.validity.reasons[0], "magenta")
        several = len(self.result.validity.generators) > 1
        yield Fact("generators" if several else "generator", self.generators())
        if server := self.server():
            yield Fact("server", server)

    def objectives(self) -> str:
        """`10 of 12 within their goals so far; beyond: response_time_p99 812 ms (< 500 ms)`."""
        within = sum(goal.within for goal in self.goals)
        text = f"{within} of {len(self.goals)} within their goals so far"
        beyond = [goal for goal in self.goals if not goal.within]
        named = _first_few(f"{goal.name} {goal.text}" for goal in beyond)
        return text + (f"; beyond: {named}" if named else "")

    def alerts(self) -> str:
        """Those that fire: which, why, and since when."""
        firing = [
            (record, record.firings[-1])
            for record in self.result.alerts
            if record.firings and record.firings[-1].resolved_us is None
        ]
        return _first_few(
            f"{record.name} since {format_duration(one.fired_us)} "
            f"({record.unit.text(one.value)}, fires {record.fires})"
            for record, one in firing
        )

    def faults(self) -> str:
        """Those that go on."""
        return _first_few(
            f"{fault.name} since {format_duration(fault.start_us)}"
            for fault in self.result.faults
            if fault.began and fault.end_us is None
        )

    def generators(self) -> str:
        """CPU of each, and the longest that the event loop of one stood."""
        generators = self.result.validity.generators
        if not generators:
            return "not heard of yet"
        shares = ", ".join(
            format_percent(round(generator.cpu_share or 0, 3)) for generator in generators
        )
        stood = format_duration(max(generator.loop_lag_max_us for generator in generators))
        return f"{shares} of a core, loop stood {stood} at most"

    def server(self) -> str:
        """The last sample of what every backend has."""
        shown = (
            ("cpu", "CPU", format_percent),
            ("memory_per_instance", "memory", format_size),
            ("db_query_time", "queries", format_duration),
        )
        told = []
        for metric, words, text in shown:
            last = [
                measurement.values[-1]
                for measurement in self.result.measurements
                if measurement.metric == metric and measurement.values
            ]
            if last:
                told.append(f"{words} {text(float(f'{max(last):.3g}'))}")
        return ", ".join(told)

    def errors(self) -> str:
        """The most frequent ones, with the words of the first."""
        most = sorted(self.result.failures, key=lambda failure: -failure.count)[:_MOST_ERRORS]
        return "; ".join(
            f"{failure.count:,} × {failure.cause} {failure.endpoint}"
            + (f": {_first_words(failure.message)}" if failure.message else "")
            for failure in most
        )


def _first_few(texts: Iterable[str]) -> str:
    """As many as are read in passing, and how many more there are."""
    every = list(texts)
    rest = len(every) - _MOST_NAMED
    return ", ".join([*every[:_MOST_NAMED], *([f"{rest} more"] if rest > 0 else [])])


def _first_words(message: str) -> str:
    """As many as there is room for."""
    return textwrap.shorten(message, _MOST_WORDS, placeholder=" …")


class Looking(load.Unobserved):
    """Looks at the result so far, every few seconds."""

    def __init__(self, slo: Slo) -> None:
        self._slo = slo
        self._next_us = 2 * MICROSECONDS
        self.standing: Standing | None = None
        """Of the last look."""

    def interval(self, progress: load.Progress) -> None:
        """Look, where it is time to."""
        if progress.elapsed_us < self._next_us:
            return
        began_us = now_us()
        result = progress.result()
        self.standing = Standing(so_far(result, self._slo), result)
        pause_us = max(EVERY_US, _TIMES_ITS_COST * (now_us() - began_us))
        self._next_us = progress.elapsed_us + pause_us
