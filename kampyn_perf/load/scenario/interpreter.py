"""Flows as data, run: each step is prepared once, and then does its work for one session after the
other. Knows no engine: whoever runs a flow sends and waits for it."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from kampyn_perf.load.scenario.prepared import PreparedRequest, prepare_operation, prepare_step
from kampyn_perf.load.scenario.templates import Fill, MissingFieldError, Templates, as_text
from kampyn_perf.load.target.expression import Expression
from kampyn_perf.load.target.flow import EndsOn, FlowSettings, Step, StepCall
from kampyn_perf.load.target.settings import TargetSettings
from kampyn_perf.units import parse_duration

_MOST_ROUNDS = 10_000
"""Of one loop, in one session: a condition that always holds would stand still the generator."""
_RANGE = re.compile(r"\s*(\d+)\s*-\s*(\d+)\s*")


class FlowError(Exception):
    """A step that cannot be done, whatever the target answers: a fault of the flow or its data."""

    has_place = False
    """Whether its words name the step."""

    @classmethod
    def at(cls, path: str, error: Exception) -> FlowError:
        """The error, told with the step that it came from."""
        made = cls(f"{path}: {error}")
        made.has_place = True
        return made


class Visitor(Protocol):
    """Who runs a flow: `FlowUser`."""

    @property
    def data(self) -> dict[str, Any]:
        """The session's data."""

    def send(self, request: PreparedRequest, /) -> Any:
        """Send and judge; raises what ends the session where the answer is no success."""

    def think(self, seconds: float, /) -> None:
        """Wait."""

    def at_once(self, runs: Sequence[Callable[[Any], None]], /) -> None:
        """Run them at the same time; raises what the first that failed raised."""


Run = Callable[[Visitor], None]


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
        self._signs_in = {one.operation: who for who, one in target.sign_ins().items()}

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

    def operation(self, call: StepCall) -> PreparedRequest:
        """An operation of the target. Raises LookupError for a name that it does not have."""
        name = call.operation
        operation = self._target.operations.get(name)
        if operation is None:
            known = ", ".join(sorted(self._target.operations)) or "none"
            raise LookupError(f"the target has no operation {name!r}; it has {known}")
        return prepare_operation(
            operation,
            headers=self._target.headers,
            expect=call.expect,
            capture=call.capture,
            signs_in=self._signs_in.get(name, ""),
        )

    def _step(self, step: Step, path: str) -> Run:
        run = _told_where(self._work(step, path), path)
        conditions = [step.ifTrue, step.request[1].ifTrue if step.request else None]
        for text in conditions:
            if text is not None:
                run = _only_if(Expression(text), run)
        if step.request and step.request[1].probability is not None:
            return _sometimes(step.request[1].probability, run)
        return run

    def _work(self, step: Step, path: str) -> Run:
        templates = Templates(single_braces=self._single, artillery=self._artillery)
        if step.request:
            method, request = step.request
            return _send(
                prepare_step(
                    method,
                    request,
                    templates=templates,
                    headers=self._target.headers,
                    ends_on=self._ends_on,
                )
            )
        if step.parallel is not None:
            return _at_once(
                [
                    self._step(one, f"{path}.parallel[{number}]")
                    for number, one in enumerate(step.parallel)
                ]
            )
        if step.call:
            return _send(self.operation(step.call))
        if step.think is not None:
            return _think(step.think, templates)
        if step.log is not None:
            return _log(step.log, templates)
        return self._loop(step, path, templates)

    def _loop(self, step: Step, path: str, templates: Templates) -> Run:
        inside = self.steps(step.loop or (), f"{path}.loop")
        first = 0 if self._artillery else 1
        if step.whileTrue is not None:
            return _while(Expression(step.whileTrue), inside, step, first)
        if step.over is not None:
            return _over(step.over, inside, step, templates)
        return _count(step.count, inside, step, templates)


def _send(request: PreparedRequest) -> Run:
    def run(visitor: Visitor) -> None:
        visitor.send(request)

    return run


def _at_once(runs: Sequence[Run]) -> Run:
    return lambda visitor: visitor.at_once(runs)


def _sometimes(percent: float, run: Run) -> Run:
    def run_or_not(visitor: Visitor) -> None:
        if random.random() * 100 < percent:  # noqa: S311 (no secret)
            run(visitor)

    return run_or_not


def _think(pause: int | str, templates: Templates) -> Run:
    if isinstance(pause, int):
        seconds = pause / 1e6
        return lambda visitor: visitor.think(seconds)
    fill = templates.value(pause) or (lambda _data: pause)

    def run(visitor: Visitor) -> None:
        words = fill(visitor.data)
        try:
            visitor.think(parse_duration(words) / 1e6)
        except ValueError as error:
            raise FlowError(str(error)) from error

    return run


def _log(text: str, templates: Templates) -> Run:
    fill = templates.value(text)

    def run(visitor: Visitor) -> None:
        words = as_text(fill(visitor.data)) if fill else text
        sys.stderr.write(f"{words}\n")

    return run


def _only_if(condition: Expression, run: Run) -> Run:
    def run_if(visitor: Visitor) -> None:
        if condition.holds(visitor.data):
            run(visitor)

    return run_if


def _while(condition: Expression, inside: PreparedSteps, step: Step, first: int) -> Run:
    def run(visitor: Visitor) -> None:
        for number in range(first, first + _MOST_ROUNDS):
            visitor.data[step.loopValue] = number
            inside(visitor)
            if not condition.holds(visitor.data):
                return
        raise FlowError(f"{_MOST_ROUNDS:,} rounds, and {condition.text!r} still holds")

    return run


def _over(over: str | list[Any], inside: PreparedSteps, step: Step, templates: Templates) -> Run:
    if isinstance(over, str):
        fill: Fill | None = templates.value(over if "{" in over else f"{{{{ {over} }}}}")
    else:
        fill = templates.value(over)
    artillery = templates.artillery

    def run(visitor: Visitor) -> None:
        elements = fill(visitor.data) if fill else over
        if not isinstance(elements, list | tuple):
            raise FlowError(f"over: {over} is no list, but {type(elements).__name__}")
        for number, element in enumerate(elements, start=0 if artillery else 1):
            visitor.data[step.loopValue if artillery else "$loopCount"] = number
            visitor.data[step.loopElement] = element
            if (
                not artillery and step.loopValue != "$loopCount"
            ):  # as Artillery 1: the element's name
                visitor.data[step.loopValue] = element
            inside(visitor)

    return run


def _count(count: int | str | None, inside: PreparedSteps, step: Step, templates: Templates) -> Run:
    fill = templates.value(count) if isinstance(count, str) else None
    artillery = templates.artillery
    fixed = _rounds(count, artillery=artillery) if isinstance(count, int) else None

    def run(visitor: Visitor) -> None:
        rounds = fixed
        if rounds is None:
            rounds = _rounds(fill(visitor.data) if fill else count, artillery=artillery)
        for number in rounds:
            visitor.data[step.loopValue] = number
            inside(visitor)

    return run


def _rounds(count: Any, *, artillery: bool = False) -> range:
    """Of a number, or of `3-7`. Artillery counts from 0, and without the last of a range."""
    beyond = 0 if artillery else 1
    if match := _RANGE.fullmatch(str(count)):
        return range(int(match[1]), int(match[2]) + beyond)
    try:
        return range(beyond, int(str(count)) + beyond)
    except ValueError as error:
        raise FlowError(f"count: {count!r} is no number of rounds") from error


def _told_where(run: Run, path: str) -> Run:
    """What is wrong with a flow is told with the step that it happened in, the innermost."""

    def run_told(visitor: Visitor) -> None:
        try:
            run(visitor)
        except MissingFieldError as error:
            raise FlowError.at(path, error) from error
        except FlowError as error:
            if error.has_place:
                raise
            raise FlowError.at(path, error) from error.__cause__

    return run_told
