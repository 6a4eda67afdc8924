"""What a target's parts say of each other: names that nothing has. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kampyn_perf.errors import Problem
from kampyn_perf.load.target.flow import FlowSettings, Uses
from kampyn_perf.load.target.settings import TargetSettings
from kampyn_perf.load.target.step import Step
from kampyn_perf.sources import PathKey, Source
from kampyn_perf.suggest import near_or_known


def reference_problems(target: TargetSettings, source: Source) -> list[Problem]:
    """Operations and identities that are named and not there."""
    check = _References(target, source)
    for name, sign_in in target.sign_in.items():
        check.operation(("sign_in", name, "operation"), sign_in.operation)
    for name, operation in target.operations.items():
        path = ("operations", name)
        for part in ("before", "after"):
            for index, called in enumerate(getattr(operation, part)):
                check.operation((*path, part, index), called)
        check.identity((*path, "as"), operation.identity)
    if target.audit:
        check.operation(("audit", "operation"), target.audit.operation)
    for index, flow in enumerate(target.flows):
        check.steps(("flows", index), _parts(flow))
        check.uses(("flows", index), flow.uses)
    check.steps(("once",), {"before": target.once.before, "after": target.once.after})
    for name, around in target.around.items():
        check.uses(("around", name), around.uses)
        check.steps(("around", name), {"before": around.before, "after": around.after})
    return check.problems


def flow_problems(
    flows: tuple[FlowSettings, ...], target: TargetSettings, source: Source
) -> list[Problem]:
    """The same of flows that stand in a file of their own."""
    check = _References(target, source)
    for index, flow in enumerate(flows):
        check.steps(("flows", index), _parts(flow))
        check.uses(("flows", index), flow.uses)
    return check.problems


def _parts(flow: FlowSettings) -> Mapping[str, tuple[Step, ...]]:
    return {"before": flow.before, "flow": flow.flow, "after": flow.after}


class _References:
    def __init__(self, target: TargetSettings, source: Source) -> None:
        self.problems: list[Problem] = []
        self._operations = target.operations
        self._identities = target.sign_ins()
        self._source = source

    def operation(self, path: PathKey, name: str) -> None:
        if name not in self._operations:
            self._problem(path, "there is no operation", name, self._operations)

    def identity(self, path: PathKey, name: str) -> None:
        if name and name not in self._identities:
            self._problem(path, "sign_in does not describe", name, self._identities)

    def uses(self, path: PathKey, uses: Uses | None) -> None:
        if uses and uses.unless:
            self.operation((*path, "uses", "unless"), uses.unless)

    def steps(self, path: PathKey, parts: Mapping[str, tuple[Step, ...]]) -> None:
        for part, steps in parts.items():
            for place, step in _walked(steps, (*path, part)):
                if step.call:
                    self.operation((*place, "call"), step.call.operation)
                if request := step.request:
                    self.identity((*place, request[0], "as"), request[1].identity)

    def _problem(self, path: PathKey, words: str, name: str, known: Mapping[str, object]) -> None:
        rest = near_or_known(name, known) if known else "there are none"
        message = f"{words} {name!r}; {rest}"
        self.problems.append(Problem(self._source.spelled(path), message, self._source.where(path)))


def _walked(steps: tuple[Step, ...], path: PathKey) -> Iterator[tuple[PathKey, Step]]:
    for index, step in enumerate(steps):
        yield (*path, index), step
        for kind in ("loop", "parallel"):
            yield from _walked(getattr(step, kind) or (), (*path, index, kind))
