"""The catalogue's file form: MongoDB's own option names, closed sections, nothing coerced."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BeforeValidator, Field, StrictBool, create_model

from kampyn_perf.config import Section, written
from kampyn_perf.indexes.catalogue.file_query import QuerySection
from kampyn_perf.indexes.catalogue.file_values import CollationSection, Document, name_of
from kampyn_perf.indexes.model.limits.keys import is_legal_path
from kampyn_perf.indexes.model.options import OPTIONS, Kind, Option
from kampyn_perf.indexes.model.server import Engine
from kampyn_perf.indexes.model.spec import SPECIAL
from kampyn_perf.indexes.model.values import number
from kampyn_perf.units import MICROSECONDS, parse_duration


def _key(value: Any) -> Any:
    """A key pattern: at least one field, each with a direction or a kind."""
    if not isinstance(value, Mapping) or not value:
        raise ValueError("not a key: write for example {vendorId: 1, createdAt: -1}")
    return {_field(path): _direction(path, kind) for path, kind in value.items()}


def _field(path: Any) -> str:
    text = name_of(path)
    if not is_legal_path(text):
        raise ValueError(
            f"not a field: {text!r} (a dotted path; a part with $ is $id, $ref or $db of a "
            "reference, or $** at its end)"
        )
    return text


def _direction(path: str, kind: Any) -> int | str:
    direction = number(kind)
    if direction in (1, -1) and not isinstance(direction, bool):
        return int(direction)
    if direction in SPECIAL and isinstance(direction, str):
        return direction
    raise ValueError(f"{path}: {kind!r} is not 1, -1, {', '.join(SPECIAL)}")


def _seconds(value: Any) -> Any:
    """Whole seconds, of a number or of a duration with a unit."""
    if isinstance(value, str):
        us = parse_duration(value)
        if us % MICROSECONDS:
            raise ValueError(f"not whole seconds: {value!r}")
        return us // MICROSECONDS
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"not a number of seconds: {value!r}")
    return number(value)


def _clusters(value: Any) -> Any:
    """`user: MONGO_URI_USER` is short for `user: {variable: MONGO_URI_USER}`."""
    if not isinstance(value, Mapping):
        return value
    return {
        name: {"variable": part} if isinstance(part, str) else part for name, part in value.items()
    }


class SuppressionSection(Section):
    rule: str
    """Of `indexes lint`, by its id."""
    reason: str = ""
    """Why it does not matter here."""


_TYPES: Mapping[Kind, Any] = {
    Kind.SECONDS: Annotated[
        int | float, BeforeValidator(_seconds), written("duration (s)", "number", "string")
    ]
    | None,
    Kind.INTEGER: int | None,
    Kind.NUMBER: float | None,
    Kind.WORD: str | None,
    Kind.LANGUAGE: str | None,
    Kind.FILTER: Document | None,
    Kind.PROJECTION: Document | None,
    Kind.COLLATION: CollationSection | None,
    Kind.WEIGHTS: dict[str, Annotated[int, Field(ge=1, le=99_999)]] | None,
    Kind.DOCUMENT: Document | None,
}


class _Index(Section):
    """One index, without its options."""

    key: Annotated[dict[str, int | str], BeforeValidator(_key)]
    """Fields in their order, each with 1, -1, text, hashed, 2d, 2dsphere."""
    name: Annotated[str, Field(min_length=1)] | None = None
    """MongoDB's own, where left out."""
    reason: str = ""
    """What it is for."""
    serves: tuple[str, ...] = ()
    """Names of `queries` that it is there for."""
    suppress: tuple[SuppressionSection, ...] = ()
    """What lint should not say of it."""

    def options(self) -> dict[str, Any]:
        """Those that are given, as plain data."""
        given = ((option.name, getattr(self, option.name)) for option in OPTIONS)
        return {
            name: value.plain() if isinstance(value, CollationSection) else value
            for name, value in given
        }


def _field_of(option: Option) -> tuple[Any, Any]:
    if option.kind is Kind.FLAG:
        return StrictBool, Field(False, description=option.meaning)
    return _TYPES[option.kind], Field(
        None, description=option.meaning, ge=option.least, le=option.most
    )


if TYPE_CHECKING:
    IndexSection = _Index
else:
    IndexSection = create_model(
        "IndexSection", __base__=_Index, **{option.name: _field_of(option) for option in OPTIONS}
    )


class CollectionSection(Section):
    cluster: str | None = None
    """Where it lives; none: where `--db` says."""
    required: tuple[str, ...] = ()
    """Fields that every document has."""
    optional: tuple[str, ...] = ()
    """Fields that some documents have."""
    arrays: tuple[str, ...] = ()
    """Fields that are arrays."""
    queries: dict[str, QuerySection] = Field(default_factory=dict)
    """What is asked of it, by name; `indexes verify` explains each."""
    indexes: tuple[IndexSection, ...] = ()
    """Those that should be."""
    suppress: tuple[SuppressionSection, ...] = ()
    """What lint should not say of it."""


class ClusterSection(Section):
    variable: str
    """The environment variable that holds its URI."""
    database: str = ""
    """Where the URI names none."""


def _version(value: Any) -> Any:
    """`4.4` of the number 4.4, and `8.0` of 8: YAML reads both as numbers."""
    text = f"{value}.0" if isinstance(value, int) and not isinstance(value, bool) else str(value)
    if not re.fullmatch(r"\d+(\.\d+){1,2}", text):
        raise ValueError(f"not a version: {value!r} (write for example 4.4 or '8.0.3')")
    return tuple(int(part) for part in text.split("."))


class ServerSection(Section):
    """Which servers the catalogue is meant for."""

    engine: Engine = Engine.MONGODB
    """What speaks MongoDB's wire there."""
    min: Annotated[
        tuple[int, ...], BeforeValidator(_version), written("version", "number", "string")
    ] = ()
    """The oldest version."""


def _share(value: Any) -> Any:
    """`1%` or 0.01."""
    text = str(value).strip()
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if isinstance(value, bool) or not 0 <= share <= 1:
        raise ValueError(f"not a share: {value!r} (write for example 1% or 0.01)")
    return share


class CatalogueSection(Section):
    confirm_expiry_above: Annotated[
        float, BeforeValidator(_share), written("share, as `1%`", "number", "string")
    ] = Field(0.01, alias="confirmExpiryAbove")
    """From which share of a collection on a new expiry, which would delete so much, is confirmed by
    hand."""
    server: ServerSection | None = None
    """Which servers it is meant for."""
    clusters: Annotated[
        dict[str, ClusterSection],
        BeforeValidator(_clusters, json_schema_input_type=dict[str, str | ClusterSection]),
    ] = Field(default_factory=dict)
    """URIs by name: a variable, or `{variable: ..., database: ...}`."""
    parameters: Document = Field(default_factory=dict)
    """Sample values of the queries' `{placeholders}`."""
    collections: dict[str, CollectionSection]
    """By name."""
    suppress: tuple[SuppressionSection, ...] = ()
    """What lint should not say at all."""
