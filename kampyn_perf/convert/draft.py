"""A project before it is written, whatever it was made of: requests, flows, data. Pure.

Texts of a source stand for themselves, braces and all. What a session fills in is a `Value` or a
`Template`, so that nobody has to tell the two apart by looking at a text. Microseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

USUAL_URL = "http://localhost:8000"
"""Where an API is that nobody gave an address of."""
PLACEHOLDER = "CHANGE-ME"
"""Stands in the place of a secret, or of what a source does not say."""


@dataclass(frozen=True)
class Name:
    """A value of the session's data, a variable or a capture: `pet.petId`."""

    path: str


@dataclass(frozen=True)
class Environment:
    """A value of the environment that the run is started in."""

    variable: str


@dataclass(frozen=True)
class Function:
    """What is made anew each time: `$uuid()`."""

    call: str


Value = Name | Environment | Function


@dataclass(frozen=True)
class Template:
    """A text with values inside."""

    parts: tuple[str | Value, ...]


Text = str | Value | Template


def joined(texts: Iterable[Text]) -> Text:
    """Several as one; a plain text where there is no value in them."""
    whole: list[str | Value] = []
    for text in texts:
        for part in text.parts if isinstance(text, Template) else (text,):
            last = whole[-1] if whole else None
            if isinstance(part, str) and isinstance(last, str):
                whole[-1] = last + part
            elif part != "":
                whole.append(part)
    if len(whole) == 1:
        return whole[0]
    return Template(tuple(whole)) if whole else ""


class BodyKind(StrEnum):
    """How a body is sent; the target file's key for it."""

    JSON = "json"
    FORM = "form"
    FORM_DATA = "formData"
    TEXT = "body"


@dataclass(frozen=True)
class Body:
    """A body; `value` is JSON (with values inside), fields by name, or a text."""

    kind: BodyKind
    value: Any


@dataclass(frozen=True)
class Capture:
    """A value of the answer that later requests use."""

    name: str
    json_path: str


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request of the API."""

    method: str
    url: Text
    """Below the project's URL; or a whole one, of another host."""
    name: str = ""
    headers: dict[str, Text] = field(default_factory=dict)
    query: dict[str, Text] = field(default_factory=dict)
    cookies: dict[str, Text] = field(default_factory=dict)
    body: Body | None = None
    auth: tuple[Text, Text] | None = None
    """User and password of basic authentication."""
    identity: str = ""
    """Who sends it: a key of `sign_in`."""
    statuses: tuple[int, ...] = ()
    """Those that are a success; none: any below 400."""
    follow: bool = True
    captures: tuple[Capture, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Call:
    """A step that is one of the project's operations."""

    operation: str


@dataclass(frozen=True)
class Think:
    """A pause."""

    us: int


Step = Request | Call | Think


@dataclass(frozen=True, kw_only=True)
class Flow:
    """What one session does."""

    name: str
    steps: tuple[Step, ...]
    before: tuple[Step, ...] = ()

    def requests(self) -> int:
        """How many it sends."""
        return sum(not isinstance(step, Think) for step in self.steps)

    def pauses(self) -> int:
        """How long it thinks in all, in microseconds."""
        return sum(step.us for step in self.steps if isinstance(step, Think))


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows that sessions get one of."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str
    secret: bool = False
    """Whether it is for its owner's eyes only."""


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """How those of one list sign in."""

    operation: str
    token: str
    """A JSONPath into the answer."""
    key: str
    """The column that tells them apart."""


@dataclass(frozen=True)
class LeftOut:
    """What of the source is not in the project, and why."""

    what: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A project."""

    name: str
    origin: str
    """What it was made of, for the files' first lines."""
    url: str
    flows: tuple[Flow, ...]
    operations: dict[str, Request] = field(default_factory=dict)
    tables: tuple[Table, ...] = ()
    variables: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Text] = field(default_factory=dict)
    sign_in: dict[str, SignIn] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    """What each variable of the environment is for."""
    left_out: tuple[LeftOut, ...] = ()
    to_edit: Sequence[str] = ()
    """What its owner should look at, beside the tables."""
