"""What one step of a flow does, made ready once: each function gives what is run for every session.
Knows no engine: a `Visitor` sends and waits."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from kampyn_perf.load.scenario.parts import UploadError
from kampyn_perf.load.scenario.prepared import PreparedRequest
from kampyn_perf.load.scenario.templates import Fill, MissingFieldError, Templates, as_text
from kampyn_perf.load.target.expression import Expression
from kampyn_perf.load.target.step import Step, jitter_of
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

    def at_once(self, runs: Sequence[Callable[[Any], None]], limit: int, /) -> None:
        """Run them at the same time, so many at most; raises what the first that failed raised."""


Run = Callable[[Visitor], None]


def send(request: PreparedRequest) -> Run:
    """One request."""

    def run(visitor: Visitor) -> None:
        visitor.send(request)

    return run


def at_once(runs: Sequence[Run], limit: int) -> Run:
    """Requests at the same time, so many at most."""
    return lambda visitor: visitor.at_once(runs, limit)


def sometimes(percent: float, run: Run) -> Run:
    """So many percent of the times."""

    def run_or_not(visitor: Visitor) -> None:
        if random.random() * 100 < percent:  # noqa: S311 (no secret)
            run(visitor)

    return run_or_not


def think(pause: int | str, jitter: str, templates: Templates) -> Run:
    """A pause, perhaps longer or shorter by chance."""
    spread = _spread(jitter)
    if isinstance(pause, int):
        seconds = pause / 1e6
        return lambda visitor: visitor.think(spread(seconds))
    fill = templates.value(pause) or (lambda _data: pause)

    def run(visitor: Visitor) -> None:
        words = fill(visitor.data)
        try:
            visitor.think(spread(parse_duration(words) / 1e6))
        except ValueError as error:
            raise FlowError(str(error)) from error

    return run


def _spread(jitter: str) -> Callable[[float], float]:
    """Lengths of time, each by chance up to so much shorter or longer."""
    if not jitter:
        return lambda seconds: seconds
    share, absolute = jitter_of(jitter)

    def spread(seconds: float) -> float:
        most = absolute + share * seconds
        return max(0.0, seconds + random.uniform(-most, most))  # noqa: S311 (no secret)

    return spread


def log(text: str, templates: Templates) -> Run:
    """A line on stderr."""
    fill = templates.value(text)

    def run(visitor: Visitor) -> None:
        words = as_text(fill(visitor.data)) if fill else text
        sys.stderr.write(f"{words}\n")

    return run


def only_if(condition: Expression, run: Run) -> Run:
    """Where a condition holds."""

    def run_if(visitor: Visitor) -> None:
        if condition.holds(visitor.data):
            run(visitor)

    return run_if


def repeat_while(condition: Expression, inside: Run, step: Step, first: int) -> Run:
    """Round after round, while a condition holds."""

    def run(visitor: Visitor) -> None:
        for number in range(first, first + _MOST_ROUNDS):
            visitor.data[step.loopValue] = number
            inside(visitor)
            if not condition.holds(visitor.data):
                return
        raise FlowError(f"{_MOST_ROUNDS:,} rounds, and {condition.text!r} still holds")

    return run


def repeat_over(over: str | list[Any], inside: Run, step: Step, templates: Templates) -> Run:
    """A round for each element of a list."""
    if isinstance(over, str):
        fill: Fill | None = templates.value(over if "{" in over else f"{{{{ {over} }}}}")
    else:
        fill = templates.value(over)
    artillery = templates.artillery

    def run(visitor: Visitor) -> None:
        elements = fill(visitor.data) if fill else over
        if not isinstance(elements, list | tuple):
            if artillery:  # as there: nothing to go over
                return
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


def repeat(count: int | str | None, inside: Run, step: Step, templates: Templates) -> Run:
    """So many rounds."""
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


def told_where(run: Run, path: str) -> Run:
    """What is wrong with a flow is told with the step that it happened in, the innermost."""

    def run_told(visitor: Visitor) -> None:
        try:
            run(visitor)
        except (MissingFieldError, UploadError) as error:
            raise FlowError.at(path, error) from error
        except FlowError as error:
            if error.has_place:
                raise
            raise FlowError.at(path, error) from error.__cause__

    return run_told
