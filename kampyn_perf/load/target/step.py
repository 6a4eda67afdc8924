"""One step of a flow as data: a request, a pause, a loop. In Artillery's words, where it has
them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from kampyn_perf.config import Section, written
from kampyn_perf.load.target.checks import Captures, Expectations
from kampyn_perf.load.target.expression import Expression
from kampyn_perf.load.target.request import RequestSettings
from kampyn_perf.units import parse_duration, spell_duration

REQUESTS = ("get", "post", "put", "patch", "delete", "head", "options")
KINDS = (*REQUESTS, "call", "think", "log", "loop", "parallel")
_ELSEWHERE = {
    "function": "runs JavaScript of Artillery's processor, which this program cannot; write the "
    "step as data, or the flow in Python (docs/scenarios.md)",
}


def _url(value: object) -> object:
    return {"url": value} if isinstance(value, str) else value


class StepRequest(RequestSettings):
    """One request of a flow."""

    url: str = Field(min_length=1)
    """Below the target's URL, as `/items/{item.id}`; or a whole URL of an allowed host."""
    ifTrue: Annotated[str, AfterValidator(Expression.checked)] | None = None  # noqa: N815
    """The request is left out where this does not hold."""
    probability: float | None = Field(default=None, ge=0, le=100)
    """Percent of the times that the request is sent; otherwise it is left out."""

    @model_validator(mode="after")
    def _rooted(self) -> Self:
        if not self.url.startswith(("/", "http://", "https://", "{")):
            raise ValueError(f"url begins with / or http:// (got {self.url!r})")
        return self


def _operation(value: object) -> object:
    return {"operation": value} if isinstance(value, str) else value


class StepCall(Section):
    """A request that the target's operations describe."""

    operation: str = Field(min_length=1)
    """Its name."""
    capture: Captures = ()
    """Beside the operation's own."""
    expect: Expectations = ()
    """Likewise."""


def _think(value: object) -> object:
    if isinstance(value, str) and "{" in value:
        return value
    return parse_duration(value)


def _spelled(value: int | str) -> str:
    return value if isinstance(value, str) else spell_duration(value)


Think = Annotated[
    int | str,
    BeforeValidator(_think),
    PlainSerializer(_spelled, return_type=str, when_used="json"),
    written("duration (s), or a text with `{{ name }}`", "number", "string"),
]
"""Microseconds; or a text with `{{ name }}` in it, read as a duration when it is filled in."""
RequestOrUrl = Annotated[
    StepRequest, BeforeValidator(_url, json_schema_input_type=str | StepRequest)
]
CallOrName = Annotated[StepCall, BeforeValidator(_operation, json_schema_input_type=str | StepCall)]


def jitter_of(text: str) -> tuple[float, float]:
    """The share of the pause, and the seconds, that `20%` and `500` (milliseconds) are."""
    number = text.strip().removesuffix("%")
    value = float(number)
    if not 0 <= value < math.inf:
        raise ValueError(number)
    return (value / 100, 0.0) if text.strip().endswith("%") else (0.0, value / 1000)


def _checked_jitter(value: object) -> str:
    text = str(value)
    try:
        jitter_of(text or "0")
    except ValueError:
        raise ValueError(f"is a percentage or milliseconds, as 20% (got {value!r})") from None
    return text


ConditionText = Annotated[str, AfterValidator(Expression.checked)]


class Step(Section):
    """One step: exactly one of the kinds, and what belongs to it."""

    get: RequestOrUrl | None = None
    """A request with GET: its URL, or a mapping (request)."""
    post: RequestOrUrl | None = None
    """A request with POST: its URL, or a mapping (request)."""
    put: RequestOrUrl | None = None
    """A request with PUT: its URL, or a mapping (request)."""
    patch: RequestOrUrl | None = None
    """A request with PATCH: its URL, or a mapping (request)."""
    delete: RequestOrUrl | None = None
    """A request with DELETE: its URL, or a mapping (request)."""
    head: RequestOrUrl | None = None
    """A request with HEAD: its URL, or a mapping (request)."""
    options: RequestOrUrl | None = None
    """A request with OPTIONS: its URL, or a mapping (request)."""
    call: CallOrName | None = None
    """An operation of the target, by its name; or a mapping, with what to capture and expect beside
    its own."""
    think: Think | None = None
    """A pause, that is in no response time."""
    jitter: Annotated[str, BeforeValidator(_checked_jitter)] = ""
    """By how much a pause is longer or shorter, by chance: `20%`, or milliseconds."""
    log: str | None = None
    """A line in generator.log."""
    loop: tuple[Step, ...] | None = None
    """Steps that are done again and again."""
    parallel: tuple[Step, ...] | None = None
    """Requests that are sent at the same time; the flow goes on when all are answered."""
    limit: int | None = Field(default=None, ge=1)
    """Of `parallel`: so many of them at a time; None: all."""
    count: int | str | None = None
    """How often a loop goes round."""
    over: str | list[Any] | None = None
    """A list, or the name of one: a loop goes round once for each, as `{{ $loopElement }}`."""
    loopValue: str = "$loopCount"  # noqa: N815 (Artillery's keys)
    """The name of the round's number (from 1), or of its element."""
    loopElement: str = "$loopElement"  # noqa: N815
    """The name of a round's element, with `over`."""
    whileTrue: ConditionText | None = None  # noqa: N815
    """Goes on while this holds, asked after each round."""
    ifTrue: ConditionText | None = None  # noqa: N815
    """The step is left out where this does not hold."""

    @model_validator(mode="before")
    @classmethod
    def _known_kind(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise ValueError(f"a step is a mapping, as {{call: {value}}} or {{get: /path}}")
        if isinstance(value, Mapping):
            for key, why in _ELSEWHERE.items():
                if key in value:
                    raise ValueError(f"{key} {why}")
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [name for name in KINDS if getattr(self, name) is not None]
        if not kinds:
            raise ValueError(f"does nothing; a step has one of {', '.join(KINDS)}")
        if len(kinds) > 1:
            raise ValueError(f"has {' and '.join(kinds)}; make a step of each")
        ends = [name for name in ("count", "over", "whileTrue") if getattr(self, name) is not None]
        if self.parallel is None and self.limit is not None:
            raise ValueError("limit belongs to parallel")
        if self.think is None and self.jitter:
            raise ValueError("jitter belongs to think")
        if self.loop is None and ends:
            raise ValueError(f"{ends[0]} belongs to a loop")
        if self.loop is not None and len(ends) != 1:
            raise ValueError("a loop needs one of count, over, whileTrue")
        if self.parallel is not None and not (self.parallel and _all_requests(self.parallel)):
            raise ValueError(
                "parallel has requests alone, one at least: what thinks, loops or logs "
                "beside others has no moment at which its next request is due"
            )
        if self.loop == ():
            raise ValueError("the loop has no steps")
        if isinstance(self.count, int) and self.count < 0:
            raise ValueError("count is negative")
        return self

    @property
    def request(self) -> tuple[str, StepRequest] | None:
        """The method as the file spells it, and the request; None for a step of another kind."""
        pairs = ((name, getattr(self, name)) for name in REQUESTS)
        return next(((name, request) for name, request in pairs if request is not None), None)


def _all_requests(steps: tuple[Step, ...]) -> bool:
    return all(step.request or step.call for step in steps)


def walk(steps: tuple[Step, ...], part: str) -> Iterator[tuple[str, Step]]:
    """Steps and those inside them, with their paths."""
    for index, step in enumerate(steps):
        path = f"{part}[{index}]"
        yield path, step
        for kind in ("loop", "parallel"):
            yield from walk(getattr(step, kind) or (), f"{path}.{kind}")
