"""What an answer is asked for: values to keep (`capture`) and what it must be like (`expect`).

The words are Artillery's where it has them; its `expect` plugin's included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from kampyn_perf.config import Duration, Section
from kampyn_perf.load.target.html import LAST, RANDOM, check_selector
from kampyn_perf.load.target.jsonpath import JsonPath

_FILLED = "{{"
"""Of what is only known once a session's names are filled in."""


class Place(Section):
    """Where in an answer a value stands."""

    json_path: str | None = Field(default=None, alias="json")
    """A JSONPath (RFC 9535); the first match is kept."""
    header: str | None = None
    """A header's value."""
    regexp: str | None = None
    """Searched for in the body's text; the whole match, or its `group`."""
    group: int | str | None = None
    """Of the regular expression: its number or its name."""
    flags: str = ""
    """Of the regular expression, as in JavaScript: i, m, s."""
    selector: str | None = None
    """A CSS selector of an element of HTML."""
    attr: str | None = None
    """Of the element: this attribute, and not its text."""
    index: int | str | None = None
    """Which of several elements: a number from 0, `last` or `random`; None: the first."""

    model_config = ConfigDict(populate_by_name=True)

    @property
    def where(self) -> tuple[str, str]:
        """The kind of place, and its words."""
        kinds = {
            "json": self.json_path,
            "header": self.header,
            "regexp": self.regexp,
            "selector": self.selector,
        }
        return next((kind, text) for kind, text in kinds.items() if text is not None)

    @field_validator("json_path")
    @classmethod
    def _path(cls, path: str | None) -> str | None:
        if path is not None and _FILLED not in path:
            JsonPath(path)
        return path

    @field_validator("selector")
    @classmethod
    def _selects(cls, selector: str | None) -> str | None:
        if selector is not None:
            check_selector("p" if _FILLED in selector else selector)
        return selector

    @field_validator("index")
    @classmethod
    def _place(cls, index: int | str | None) -> int | str | None:
        if index in (LAST, RANDOM, None):
            return index
        if str(index).isdigit():
            return int(index)
        raise ValueError(f"is a number from 0, {LAST} or {RANDOM} (got {index!r})")

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        places = (self.json_path, self.header, self.regexp, self.selector)
        if len([place for place in places if place is not None]) != 1:
            raise ValueError(f"needs one of json, header, regexp, selector{self._beside}")
        if self.regexp is not None and _FILLED not in self.regexp:
            pattern(self.regexp, self.flags)
        if self.selector is None and (self.attr is not None or self.index is not None):
            raise ValueError("attr and index belong to a selector")
        return self

    @property
    def _beside(self) -> str:
        return ""


class Capture(Place):
    """A value of an answer that later steps use, as `{name}` or `{{ name }}`."""

    as_: str = Field(alias="as", min_length=1)
    """The name that it is kept by."""
    strict: bool = True
    """false: an answer without it is no failure; the name is not set then."""

    @property
    def _beside(self) -> str:
        return " (and `as`, the name for it)"


class Match(Place):
    """A value that an answer must have, or the session ends."""

    value: Any
    """With `{{ captured }}` filled in."""
    strict: bool = True
    """false: another one is no failure."""


def _texts(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _statuses(value: object) -> object:
    return [value] if isinstance(value, int | str) and not isinstance(value, bool) else value


def _status(value: int | str) -> int | str:
    if isinstance(value, int) or _FILLED in value:
        return value
    if not value.isdigit():
        raise ValueError(f"is no status: {value!r}")
    return int(value)


Texts = Annotated[
    tuple[str, ...], BeforeValidator(_texts, json_schema_input_type=str | tuple[str, ...])
]
Statuses = Annotated[
    tuple[Annotated[int | str, AfterValidator(_status)], ...],
    BeforeValidator(_statuses, json_schema_input_type=int | str | tuple[int | str, ...]),
]
"""Numbers, and texts with a name in them."""


class Expect(Section):
    """What an answer must be like; a request whose answer is not counts as failed."""

    statusCode: Statuses = ()  # noqa: N815 (Artillery's keys)
    """One or several. A 404 that is expected is no failure."""
    notStatusCode: Statuses = ()  # noqa: N815
    """None of these."""
    contentType: str | None = None  # noqa: N815
    """`json`, or any part of the header's value."""
    hasHeader: Texts = ()  # noqa: N815
    """Headers that the answer must have."""
    headerEquals: tuple[str, str] | None = None  # noqa: N815
    """A header's name, and the value that it must have."""
    hasProperty: Texts = ()  # noqa: N815
    """JSONPaths (a plain key is one) that the answer must have."""
    notHasProperty: Texts = ()  # noqa: N815
    """JSONPaths that it must not have."""
    equals: tuple[Any, ...] | None = Field(default=None, min_length=1)
    """Values, with `{{ captured }}` filled in, that must be the same."""
    matchesRegexp: str | None = None  # noqa: N815
    """Searched for in the body's text."""
    contains: Texts = ()
    """In the body's text."""
    maxTime: Annotated[Duration, Field(gt=0)] | None = None  # noqa: N815
    """The longest service time, from send to last byte."""

    @model_validator(mode="before")
    @classmethod
    def _short_names(cls, value: Any) -> Any:
        """`status` and `time` may stand for `statusCode` and `maxTime`."""
        if not isinstance(value, Mapping):
            return value
        longer = {"status": "statusCode", "time": "maxTime"}
        return {longer.get(key, key): inner for key, inner in value.items()}

    @field_validator("hasProperty", "notHasProperty")
    @classmethod
    def _paths(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        for path in paths:
            JsonPath(path)
        return paths

    @field_validator("matchesRegexp")
    @classmethod
    def _pattern(cls, text: str | None) -> str | None:
        if text is not None:
            pattern(text)
        return text


def _expectations(value: object) -> object:
    """A key stands for `hasProperty`; one expectation for a list of one."""
    entries = value if isinstance(value, list | tuple) else [value]
    return [{"hasProperty": [entry]} if isinstance(entry, str) else entry for entry in entries]


def _list(value: object) -> object:
    return [value] if isinstance(value, Mapping) else value


Captures = Annotated[
    tuple[Capture, ...],
    BeforeValidator(_list, json_schema_input_type=Capture | tuple[Capture, ...]),
]
Matches = Annotated[
    tuple[Match, ...], BeforeValidator(_list, json_schema_input_type=Match | tuple[Match, ...])
]
Expectations = Annotated[
    tuple[Expect, ...],
    BeforeValidator(_expectations, json_schema_input_type=str | Expect | tuple[str | Expect, ...]),
]


def pattern(text: str, flags: str = "") -> re.Pattern[str]:
    """A regular expression, with JavaScript's flags. Raises ValueError."""
    known = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "u": 0, "g": 0}
    unknown = [flag for flag in flags if flag not in known]
    if unknown:
        raise ValueError(f"no flag of regular expressions: {unknown[0]!r}; known: i, m, s")
    try:
        return re.compile(text, sum({known[flag] for flag in flags}))
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from error
