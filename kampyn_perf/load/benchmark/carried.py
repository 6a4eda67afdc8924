"""What a run carries, end to end: rounds of every program, each at its highest valid rate.

A program that knows no schedule is run as fast as it goes. Later rounds look near what the first
one found, so that a moment of the machine is not taken for its nature.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from kampyn_perf.errors import KampynError
from kampyn_perf.load.benchmark.attempt import Attempt, measure
from kampyn_perf.load.benchmark.ceiling import Search, bracket, next_rate
from kampyn_perf.load.benchmark.processes import Cores, LeanServer
from kampyn_perf.load.benchmark.programs import Program, Task
from kampyn_perf.load.benchmark.work import Work

SECONDS = 7.0
"""Of an attempt: a run is judged by what its generator used in its busiest five seconds."""
FIRST = Search()
LATER_STEPS = 4


@dataclass
class Carried:
    """One program and one work, round by round."""

    program: str
    work: Work
    scheduled: bool
    rounds: list[Sequence[Attempt]] = field(default_factory=list)
    """All attempts of each."""

    @property
    def best(self) -> list[Attempt]:
        """The one of each round that counts: valid, of the highest rate."""
        highest = (bracket(attempts)[0] for attempts in self.rounds)
        return [attempt for attempt in highest if attempt is not None]

    @property
    def rate(self) -> float | None:
        """Requests per second, the median of the rounds; None where nothing was valid."""
        return median(attempt.reached for attempt in self.best) if self.best else None

    @property
    def spread(self) -> tuple[float, float]:
        """The lowest and the highest of the rounds."""
        rates = [attempt.reached for attempt in self.best] or [0.0]
        return min(rates), max(rates)

    @property
    def beyond(self) -> Attempt | None:
        """The lowest rate above the last round's that was not valid."""
        return bracket(self.rounds[-1])[1] if self.rounds else None

    @property
    def typical(self) -> Attempt | None:
        """The round of the median rate, or the one below it."""
        ordered = sorted(self.best, key=lambda attempt: attempt.reached)
        return ordered[(len(ordered) - 1) // 2] if ordered else None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where programs are run: against which server, on which cores."""

    server: LeanServer
    cores: Cores
    seconds: float = SECONDS
    users: int = 50


def next_round(
    carried: Carried, program: Program, place: Place, say: Callable[[str], None]
) -> Sequence[Attempt]:
    """One more round, which `carried` has then too. Raises KampynError where the server is gone; a
    program that does not run is an attempt that is not valid."""
    attempts: list[Attempt] = []
    search = _search(carried)
    rate: float | None = 0.0
    if program.scheduled:
        rate = next_rate(search, attempts)
    while rate is not None:
        at = f" at {rate:,.0f}/s" if rate else ""
        say(f"{program.name}, {carried.work.words}{at}")
        task = Task(
            work=carried.work,
            url=place.server.url,
            rate=rate,
            seconds=place.seconds,
            folder=Path(),
            users=place.users,
        )
        attempts.append(_tried(program, task, place))
        ran = attempts[-1].reached > 0
        rate = next_rate(search, attempts) if program.scheduled and ran else None
    carried.rounds.append(attempts)
    return attempts


def _tried(program: Program, task: Task, place: Place) -> Attempt:
    try:
        return measure(program, task, place.server, cores=place.cores)
    except KampynError as error:
        place.server.served()  # which is what all programs need
        return Attempt(
            program=program.name, work=task.work, asked=task.rate, invalid=(error.message,)
        )


def _search(carried: Carried) -> Search:
    """From where the rounds before ended."""
    if not carried.best:
        return FIRST
    return Search(first=carried.best[-1].asked, steps=LATER_STEPS)
