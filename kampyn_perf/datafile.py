"""The data file: ids and credentials that feed a load. `backend seed` writes it, the load reads it.

Users of another target write one of their own, with whatever lists it needs (`docs/data.md`); the
typed model is what the bundled backend writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from pydantic import ConfigDict, Field

from kampyn_perf import config, files, names
from kampyn_perf.errors import ConfigError, Problem
from kampyn_perf.row_files import PROBLEMS_SHOWN, objects_of, read_json, read_rows, read_text


class _Entry(config.Section):
    """Entries are open: a target may carry fields of its own into its scenarios."""

    model_config = ConfigDict(extra="allow", frozen=True)


class DataUser(_Entry):
    """One user who logs in and orders."""

    id: str
    email: str
    password: str = Field(repr=False)
    phone: str | None = None


class DataVendor(_Entry):
    """One vendor; credentials only where the target's vendor routes need them."""

    id: str
    email: str | None = None
    password: str | None = Field(default=None, repr=False)


class DataItem(_Entry):
    """One item that can be put into a cart."""

    id: str
    vendorId: str  # noqa: N815 - the target's own name
    kind: str = "Retail"


class DataFile(config.Section):
    """Everything that the scenarios fill into their requests."""

    schema_name: str = Field(default=names.DATA_SCHEMA, alias="schema")
    version: int = names.DATA_VERSION
    uniId: str  # noqa: N815 - the target's own name
    users: tuple[DataUser, ...] = Field(min_length=1)
    vendors: tuple[DataVendor, ...] = Field(min_length=1)
    items: tuple[DataItem, ...] = Field(min_length=1)

    model_config = ConfigDict(populate_by_name=True)


class _KnownUser(_Entry):
    id: str | None = None
    email: str | None = None
    password: str | None = Field(default=None, repr=False)
    phone: str | None = None


class _KnownItem(_Entry):
    id: str | None = None
    vendorId: str | None = None  # noqa: N815
    kind: str | None = None


class _Known(_Entry):
    """What a file that names the schema means by the lists that KAMPYN has; it may lack any."""

    uniId: str | None = None  # noqa: N815
    users: tuple[_KnownUser, ...] = ()
    vendors: tuple[_KnownUser, ...] = ()
    items: tuple[_KnownItem, ...] = ()


_FORM = '{"users": [{"id": "1", "email": "ana@example.edu"}]}'
_OWN_KEYS = ("schema", "version")
_ITEM_KIND = "Retail"
"""Of an item that does not say; KAMPYN's own word."""


@dataclass(frozen=True)
class Data:
    """What a data file holds, by the names that operations fill in."""

    constants: dict[str, Any] = field(default_factory=dict)
    """The same for every session: {"uniId": "1"}."""
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """A row of each for every session: {"user": [...]}."""


def read(path: Path) -> Data:
    """The data file at `path`: JSON with lists of any names, or the rows of one list (CSV, JSON
    Lines), which is called as the file is.

    Raises KampynError for a file that cannot be read, ConfigError with what is wrong in it.
    """
    if path.suffix.lower() != ".json":
        return Data(lists={singular(path.stem): read_rows(path)})
    document = read_json(path, read_text(path))
    if isinstance(document, list):
        message = f"is a plain list; give it a name: {_FORM}"
        hint = (
            "Or feed it to one name alone, in load.yaml: "
            f"config.data.{singular(path.stem)}: {{file: {path.name}}}. docs/data.md has the form."
        )
        raise ConfigError([Problem("", message, str(path))], hint=hint)
    if not isinstance(document, dict):
        raise ConfigError([Problem("", f"is no JSON object, as {_FORM}", str(path))])
    _check_schema(document, path)
    if "schema" in document:
        config.parse(_Known, config.Source(document, str(path)))
    return _by_names(document, path)


def singular(name: str) -> str:
    """What a row of a list is called: `user` of `users`, `category` of `categories`."""
    if name.endswith("ies") and len(name) > 4:
        return f"{name[:-3]}y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def _check_schema(document: dict[str, Any], path: Path) -> None:
    if document.get("schema", names.DATA_SCHEMA) != names.DATA_SCHEMA:
        raise ConfigError([Problem("schema", f"is not {names.DATA_SCHEMA}", str(path))])
    version = document.get("version")
    if isinstance(version, int) and version > names.DATA_VERSION:
        message = f"is {version}; this program reads up to {names.DATA_VERSION}"
        raise ConfigError([Problem("version", message, str(path))], hint="Update kampyn-perf.")


def _by_names(document: dict[str, Any], path: Path) -> Data:
    data, problems = Data(), list[Problem]()
    for key, value in document.items():
        if key in _OWN_KEYS:
            continue
        if not isinstance(value, list):
            data.constants[key] = value
            continue
        rows = list(objects_of(value, key, path, problems))
        if not value:
            problems.append(Problem(key, "is an empty list; take it out, or fill it", str(path)))
        if key == "items":
            rows = [{"kind": _ITEM_KIND, **row} for row in rows]
        data.lists[singular(key)] = rows
    if problems:
        raise ConfigError(problems[:PROBLEMS_SHOWN])
    return data


def write(path: Path, data: DataFile) -> None:
    """Put `data` at `path`, whole, for its owner's eyes only."""
    body = data.model_dump(by_alias=True, exclude_none=True)
    files.write_whole(path, orjson.dumps(body, option=orjson.OPT_INDENT_2), mode=0o600)
