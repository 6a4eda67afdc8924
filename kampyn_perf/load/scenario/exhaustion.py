"""Data that would run out during a run: rows that serve a flow only so often, met more often by the
sessions that are planned. Told before the run, with the session and its time. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from kampyn_perf.errors import Problem
from kampyn_perf.load.scenario.feed import Source
from kampyn_perf.load.target.flow import Uses
from kampyn_perf.load.target.settings import TargetSettings
from kampyn_perf.load.target.step import Step
from kampyn_perf.schedule import Mix, Schedule
from kampyn_perf.suggest import near_or_known
from kampyn_perf.units import format_duration

_LOOKED_AT = 2_000_000
"""Sessions that are gone through at most, about two seconds: rows that serve a flow that often are
hardly written down."""


def exhausted(
    target: TargetSettings, sources: Sequence[Source], mix: Mix, schedule: Schedule
) -> list[Problem]:
    """One problem for each flow that has not rows enough, or names a list that nobody has."""
    lists = {source.name: source for source in sources}
    problems = []
    for flow, (path, uses) in _limits(target).items():
        unknown = [name for name in uses.of if name not in lists]
        if unknown:
            hint = near_or_known(unknown[0], lists) if lists else "the run has no data"
            message = f"there is no list {unknown[0]!r}; {hint}"
            problems.append(Problem(f"{path}.of", message, f"target {target.name}"))
            continue
        walked = [lists[name] for name in uses.of]
        number = _first_too_many(flow, walked, uses.times, mix, schedule.planned)
        if number is not None:
            message = _message(flow, walked, uses, schedule, number)
            problems.append(Problem(path, message, f"target {target.name}"))
    return problems


def _limits(target: TargetSettings) -> Mapping[str, tuple[str, Uses]]:
    """Those that hold, by flow, with the path of each."""
    declared: list[tuple[str, str, Uses | None, tuple[Step, ...]]] = [
        (flow.name, f"flows[{index}].uses", flow.uses, flow.after)
        for index, flow in enumerate(target.flows)
    ]
    declared += [
        (name, f"around.{name}.uses", around.uses, around.after)
        for name, around in target.around.items()
    ]
    return {
        name: (path, uses)
        for name, path, uses, after in declared
        if uses and not any(step.call and step.call.operation == uses.unless for step in after)
    }


def _first_too_many(
    flow: str, walked: Sequence[Source], times: int, mix: Mix, planned: int
) -> int | None:
    """The number of the first session whose rows have served already as often as they can."""
    if flow not in mix.order:
        return None
    served: Counter[tuple[int, ...]] = Counter()
    for number in range(min(planned, _LOOKED_AT)):
        if mix[number] == flow:
            rows = tuple(source.index(number) for source in walked)
            served[rows] += 1
            if served[rows] > times:
                return number
    return None


def _message(
    flow: str, walked: Sequence[Source], uses: Uses, schedule: Schedule, number: int
) -> str:
    rows = " and ".join(
        f"row {source.index(number) + 1:,} of {len(source.rows):,} of {source.name}"
        for source in walked
    )
    due = format_duration(schedule[number].due_us)
    often = "once" if uses.times == 1 else f"{uses.times} times"
    undone = (
        f", or undo it after the flow: `after: [{{call: {uses.unless}}}]`" if uses.unless else ""
    )
    return (
        f"{flow!r} uses {' with '.join(uses.of)} {often} in a run, and of {schedule.planned:,} "
        f"planned sessions number {number + 1:,}, due after {due}, would use {rows} once more; "
        f"give more rows, plan fewer sessions{undone}"
    )
