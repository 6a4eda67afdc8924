"""The faults of one run on its time axis. Pure. Unit: whole microseconds since the run's start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kampyn_perf.config import PathKey
from kampyn_perf.errors import ConfigError, Problem
from kampyn_perf.faults.settings import DEFAULT_BY_US, FaultSettings
from kampyn_perf.sources import Source
from kampyn_perf.units import format_duration


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault, and when."""

    name: str
    subject: str
    """`redis`, `worker`, `database`, `disk`, `network` or `command`."""
    action: str
    start_us: int
    end_us: int
    """Of a kill, its start."""
    settle_us: int
    by_us: int = DEFAULT_BY_US
    start: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    listen: int | None = None
    to: str = ""

    @property
    def kind(self) -> str:
        """`redis pause`."""
        return f"{self.subject} {self.action}".strip()


def plan(
    settings: Sequence[FaultSettings],
    *,
    warm_up_us: int,
    duration_us: int,
    source: Source | None = None,
    above: PathKey = (),
) -> tuple[Fault, ...]:
    """The faults of a run of `duration_us`, its warm-up included. Raises ConfigError for those that
    would never begin, and for two that would be done to one thing at the same time."""
    source = source or Source({}, "")
    faults = [_fault(asked, number, warm_up_us) for number, asked in enumerate(settings, start=1)]
    problems = []
    for number, fault in enumerate(faults):
        at = (*above, "faults", number)
        if fault.start_us >= duration_us:
            length = format_duration(duration_us - warm_up_us)
            words = f"begins when the run is over: its phases take {length}"
            problems.append(_problem(source, (*at, "at"), words))
        for earlier, other in enumerate(faults[:number]):
            if fault.name == other.name:
                problems.append(_problem(source, at, f"has the name of faults[{earlier}]"))
            if _collide(fault, other):
                words = f"overlaps faults[{earlier}], which does something to the same thing"
                problems.append(_problem(source, at, words))
    if problems:
        raise ConfigError(problems)
    return tuple(faults)


def _fault(asked: FaultSettings, number: int, warm_up_us: int) -> Fault:
    subject, action = asked.kind
    start = asked.at + warm_up_us
    kind = f"{subject} {action}".strip()
    return Fault(
        name=asked.name or f"{kind} {number}",
        subject=subject,
        action=action,
        start_us=start,
        end_us=start + (asked.length or 0),
        settle_us=asked.settle,
        by_us=asked.by or DEFAULT_BY_US,
        start=asked.start or (),
        stop=asked.stop or (),
        listen=asked.listen,
        to=asked.to,
    )


def _collide(fault: Fault, other: Fault) -> bool:
    if fault.subject == "command" or (fault.subject, fault.listen) != (other.subject, other.listen):
        return False
    return fault.start_us < other.end_us and other.start_us < fault.end_us


def _problem(source: Source, path: PathKey, words: str) -> Problem:
    return Problem(source.spelled(path), words, source.where(path))
