"""Flows as data: what one session does, step by step, in Artillery's words where it has them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field

from kampyn_perf.config import Section
from kampyn_perf.load.target.step import Step, walk


def _one_or_more(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class Uses(Section):
    """How often rows serve a flow within one run, where the system keeps what a session did: a cart
    that takes 15 of an item, an account that votes once. More planned sessions than that are told
    before the run."""

    of: Annotated[
        tuple[str, ...],
        BeforeValidator(_one_or_more, json_schema_input_type=str | tuple[str, ...]),
        Field(min_length=1),
    ]
    """A list, as `user`; or several: each combination of their rows."""
    times: int = Field(default=1, ge=1)
    """How often."""
    unless: str = ""
    """An operation that undoes it: no limit where it is among the steps after the flow."""


class EndsOn(StrEnum):
    """Which failure ends a session."""

    ALL = "all"
    """Any: a status from 400 on, an expectation, a capture, a connection."""
    CHECKS = "checks"
    """Not a status alone: the request failed, and the session goes on."""
    CAPTURES = "captures"
    """Nor an expectation that is not met: a capture, a `match`, a connection."""


class FlowSettings(Section):
    """What one session does."""

    name: str = Field(min_length=1)
    """What reports call it."""
    weight: int = Field(default=1, ge=0)
    """How often it runs, beside the weights of the others."""
    before: tuple[Step, ...] = ()
    """Done ahead of the flow, and counted apart: what it needs, and is not what is measured."""
    flow: tuple[Step, ...] = Field(min_length=1)
    """The steps that are measured."""
    after: tuple[Step, ...] = ()
    """Done after the flow, whether it succeeded or not, and counted apart."""
    uses: Uses | None = None
    """How often a row serves it in one run: `{of: user}`, `{of: [user, item], times: 7}`."""
    singleBraces: bool = True  # noqa: N815
    """false: only `{{ name }}` is filled in, and `{name}` stands for itself."""
    endsOn: EndsOn = EndsOn.ALL  # noqa: N815
    """Which failures end a session: `all`, `checks` (a status alone does not), or `captures` (nor
    an expectation). They count as failed in any case."""
    artillery: bool = False
    """Read as Artillery reads it: single braces stand for themselves, rounds count from 0, what a
    function makes is text, a `cookie` stays the session's, and of several matches of a capture any
    one is kept."""

    model_config = ConfigDict(populate_by_name=True)

    def steps(self) -> Iterator[tuple[str, Step]]:
        """Every step in the order of the file, those in loops included, with its path."""
        for part in ("before", "flow", "after"):
            yield from walk(getattr(self, part), part)


def unique_names(flows: tuple[FlowSettings, ...]) -> tuple[FlowSettings, ...]:
    """`flows`, if no name stands twice. Raises ValueError."""
    names = [flow.name for flow in flows]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two flows have the name {twice[0]!r}")
    return flows


Flows = Annotated[tuple[FlowSettings, ...], AfterValidator(unique_names)]
