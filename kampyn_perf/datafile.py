"""The data file: ids and credentials that feed a load. `backend seed` writes it, the load reads it.

Users of another target write one of their own, with whatever lists it needs (`docs/data.md`); the
typed model is what the bundled backend writes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from pydantic import ConfigDict, Field

from kampyn_perf import config, files, names
from kampyn_perf.errors import ConfigError, KampynError, Problem


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


_PROBLEMS_SHOWN = 10
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?")
_JSON_LINES = (".jsonl", ".ndjson")
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
    document = _json(path, read_text(path))
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


def read_rows(
    path: Path,
    *,
    delimiter: str = ",",
    fields: Sequence[str] = (),
    skip_header: bool = False,
    numbers: bool = False,
) -> list[dict[str, Any]]:
    """All rows of `path`: a JSON list (.json), JSON Lines (.jsonl, .ndjson), or CSV with a header.

    The first columns of a CSV without a header have the names `fields`; with `skip_header` its
    first line is none of its rows. With `numbers` texts that are numbers become numbers.

    Raises KampynError for a file that cannot be read, ConfigError with every line that is wrong.
    """
    text = read_text(path)
    problems: list[Problem] = []
    suffix = path.suffix.lower()
    if suffix == ".json":
        rows = list(_entries(_json(path, text), "", path, problems))
    elif suffix in _JSON_LINES:
        rows = list(_json_lines(text, path, problems))
    else:
        rows = list(_csv_rows(text, path, delimiter, problems, fields, skip_header=skip_header))
        if numbers:
            rows = [{name: _number(value) for name, value in row.items()} for row in rows]
    if not rows and not problems:
        problems.append(Problem("", "has no rows", str(path)))
    if problems:
        raise ConfigError(problems[:_PROBLEMS_SHOWN])
    return rows


def read_text(path: Path) -> str:
    """UTF-8, with or without a byte order mark; line ends inside a field stay as they are."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise KampynError(
            f"cannot read the data file {path}: {error.strerror or error}",
            hint="`kampyn-perf backend seed` writes one for the bundled backend.",
        ) from error
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        guess = "UTF-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "another encoding"
        message = f"is not UTF-8 text, but {guess}: byte {error.start + 1} ({error.reason})"
        hint = f"Write it as UTF-8: iconv -f {'UTF-16' if 'UTF' in guess else 'LATIN1'} -t UTF-8."
        raise ConfigError([Problem("", message, f"{path}:{line}")], hint=hint) from error


def _json(path: Path, text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ConfigError([Problem("", f"is not JSON: {error}", str(path))]) from error


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
        rows = list(_entries(value, key, path, problems))
        if not value:
            problems.append(Problem(key, "is an empty list; take it out, or fill it", str(path)))
        if key == "items":
            rows = [{"kind": _ITEM_KIND, **row} for row in rows]
        data.lists[singular(key)] = rows
    if problems:
        raise ConfigError(problems[:_PROBLEMS_SHOWN])
    return data


def _entries(rows: Any, key: str, path: Path, problems: list[Problem]) -> Iterator[dict[str, Any]]:
    if not isinstance(rows, list):
        problems.append(Problem(key, "is no list of objects", str(path)))
        return
    for index, row in enumerate(rows):
        if isinstance(row, dict):
            yield row
        else:
            problems.append(Problem(f"{key}[{index}]", "is not a JSON object", str(path)))


def write(path: Path, data: DataFile) -> None:
    """Put `data` at `path`, whole, for its owner's eyes only."""
    body = data.model_dump(by_alias=True, exclude_none=True)
    files.write_whole(path, orjson.dumps(body, option=orjson.OPT_INDENT_2), mode=0o600)


def _number(text: str) -> Any:
    """A text as the number that it is; `007` and `1e5` are codes more often than numbers."""
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _json_lines(text: str, path: Path, problems: list[Problem]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            problems.append(Problem("", f"is not JSON: {error}", f"{path}:{number}"))
            continue
        if not isinstance(row, dict):
            problems.append(Problem("", "is not a JSON object", f"{path}:{number}"))
            continue
        yield row


def _csv_rows(
    text: str,
    path: Path,
    delimiter: str,
    problems: list[Problem],
    fields: Sequence[str] = (),
    *,
    skip_header: bool = False,
) -> Iterator[dict[str, Any]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = list(fields) or next(reader, [])
        if fields and skip_header:
            next(reader, [])
        names = [name.strip() for name in header]
        if "" in names or len(set(names)) != len(names):
            problems.append(Problem("", "the header has an empty name, or one twice", f"{path}:1"))
            return
        for row in reader:
            if not row:
                continue
            if len(row) < len(names) or (len(row) > len(names) and not fields):
                said = "`fields` names" if fields else "the header has"
                message = f"has {len(row)} fields; {said} {len(names)}"
                problems.append(Problem("", message, f"{path}:{reader.line_num}"))
                continue
            yield dict(zip(names, row, strict=False))
    except csv.Error as error:
        problems.append(Problem("", f"is not CSV: {error}", f"{path}:{reader.line_num}"))
