"""Flows as data, run: each step is prepared once, and then does its work for one session after the
other. Knows no engine: whoever runs a flow sends and waits for it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from kampyn_perf.load.scenario import steps
from kampyn_perf.load.scenario.prepared import PreparedRequest, prepare_operation, prepare_step
from kampyn_perf.load.scenario.steps import FlowError, Run, Visitor
from kampyn_perf.load.scenario.templates import Templates
from kampyn_perf.load.target.checks import Capture, Expect
from kampyn_perf.load.target.expression import Expression
from kampyn_perf.load.target.flow import EndsOn, FlowSettings
from kampyn_perf.load.target.settings import TargetSettings
from kampyn_perf.load.target.step import Step

__all__ = ["FlowError", "PreparedFlow", "PreparedSteps", "Preparing", "Visitor"]


class PreparedSteps:
    """Steps, ready to be run one after the other."""

    def __init__(self, steps: Sequence[Run]) -> None:
        self._steps = tuple(steps)

    def __call__(self, visitor: Visitor) -> None:
        """Run them. Raises FlowError, and what `Visitor.send` raises."""
        for step in self._steps:
            step(visitor)

    def __bool__(self) -> bool:
        return bool(self._steps)


class PreparedFlow:
    """One flow."""

    def __init__(self, settings: FlowSettings, preparing: Preparing) -> None:
        self.name = settings.name
        self.weight = settings.weight
        own = preparing.reading(
            single_braces=settings.singleBraces,
            artillery=settings.artillery,
            ends_on=settings.endsOn,
        )
        self.before = own.steps(settings.before, f"{settings.name}: before")
        self.steps = own.steps(settings.flow, f"{settings.name}: flow")
        self.after = own.steps(settings.after, f"{settings.name}: after")


class Preparing:
    """Makes steps ready, with the operations and headers of one target."""

    def __init__(
        self,
        target: TargetSettings,
        *,
        single_braces: bool = True,
        artillery: bool = False,
        ends_on: EndsOn = EndsOn.ALL,
    ) -> None:
        self._target = target
        self._single = single_braces
        self._artillery = artillery
        self._ends_on = ends_on
        self._signs_in = {sign_in.operation: who for who, sign_in in target.sign_ins().items()}

    @property
    def operation_names(self) -> Collection[str]:
        """Those that the target has."""
        return self._target.operations

    def reading(
        self, *, single_braces: bool = True, artillery: bool = False, ends_on: EndsOn = EndsOn.ALL
    ) -> Preparing:
        """The same for flows that are read in another way."""
        return Preparing(
            self._target, single_braces=single_braces, artillery=artillery, ends_on=ends_on
        )

    def steps(self, steps: Sequence[Step], path: str) -> PreparedSteps:
        """Raises ValueError for a template that is none."""
        return PreparedSteps(
            [self._step(step, f"{path}[{number}]") for number, step in enumerate(steps)]
        )

    def operation(
        self,
        name: str,
        *,
        expect: tuple[Expect, ...] = (),
        capture: tuple[Capture, ...] = (),
    ) -> PreparedRequest:
        """An operation of the target; `expect` and `capture` come to its own. Raises LookupError
        for a name that it does not have."""
        operation = self._target.operations.get(name)
        if operation is None:
            known = ", ".join(sorted(self._target.operations)) or "none"
            raise LookupError(f"the target has no operation {name!r}; it has {known}")
        return prepare_operation(
            operation,
            headers=self._target.headers,
            expect=expect,
            capture=capture,
            signs_in=self._signs_in.get(name, ""),
        )

    def _step(self, step: Step, path: str) -> Run:
        run = steps.told_where(self._work(step, path), path)
        conditions = [step.ifTrue, step.request[1].ifTrue if step.request else None]
        for text in conditions:
            if text is not None:
                run = steps.only_if(Expression(text), run)
        if step.request and step.request[1].probability is not None:
            return steps.sometimes(step.request[1].probability, run)
        return run

    def _work(self, step: Step, path: str) -> Run:
        templates = Templates(single_braces=self._single, artillery=self._artillery)
        if step.request:
            method, request = step.request
            return steps.send(
                prepare_step(
                    method,
                    request,
                    templates=templates,
                    headers=self._target.headers,
                    ends_on=self._ends_on,
                )
            )
        if step.parallel is not None:
            return steps.at_once(
                [
                    self._step(branch, f"{path}.parallel[{number}]")
                    for number, branch in enumerate(step.parallel)
                ],
                step.limit or len(step.parallel),
            )
        if step.call:
            call = step.call
            return steps.send(
                self.operation(call.operation, expect=call.expect, capture=call.capture)
            )
        if step.think is not None:
            return steps.think(step.think, step.jitter, templates)
        if step.log is not None:
            return steps.log(step.log, templates)
        return self._loop(step, path, templates)

    def _loop(self, step: Step, path: str, templates: Templates) -> Run:
        inside = self.steps(step.loop or (), f"{path}.loop")
        first = 0 if self._artillery else 1
        if step.whileTrue is not None:
            return steps.repeat_while(Expression(step.whileTrue), inside, step, first)
        if step.over is not None:
            return steps.repeat_over(step.over, inside, step, templates)
        return steps.repeat(step.count, inside, step, templates)
