"""What several sections of the catalogue's file are made of: names, plain data, collations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictBool

from kampyn_perf.config import Section


def name_of(key: Any) -> str:
    """The name of a field. YAML takes some words for something else, and would lose them."""
    if not isinstance(key, str):
        raise ValueError(f"not a name: {key!r} (put on, off, yes, no and numbers in quotes)")
    return key


def _plain(value: Any) -> Any:
    """Plain data, all the way down: what JSON has, and times."""
    if isinstance(value, Mapping):
        return {name_of(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | float | dt.date):
        return value
    raise ValueError(f"not plain data: {value!r:.40} (write it as extended JSON, {{$binary: ...}})")


Document = Annotated[dict[str, Any], BeforeValidator(_plain)]
"""A mapping of plain data, in its order."""


class CollationSection(Section):
    """As in MongoDB's manual; what is left out is the locale's default."""

    locale: str
    """As `en`, or `simple`."""
    case_level: StrictBool | None = Field(None, alias="caseLevel")
    """Whether case tells apart at strengths 1 and 2."""
    case_first: Literal["upper", "lower", "off"] | None = Field(None, alias="caseFirst")
    """Which comes first."""
    strength: Literal[1, 2, 3, 4, 5] | None = None
    """Which differences count: 1 letters, 2 accents, 3 case, 4 and 5 more."""
    numeric_ordering: StrictBool | None = Field(None, alias="numericOrdering")
    """Whether digits are compared as numbers."""
    alternate: Literal["non-ignorable", "shifted"] | None = None
    """Whether spaces and punctuation count."""
    max_variable: Literal["punct", "space"] | None = Field(None, alias="maxVariable")
    """What `shifted` leaves out."""
    normalization: StrictBool | None = None
    """Whether texts are normalised."""
    backwards: StrictBool | None = None
    """Whether accents count from the back."""

    def plain(self) -> dict[str, Any]:
        """The options that are given."""
        return self.model_dump(by_alias=True, exclude_none=True)
