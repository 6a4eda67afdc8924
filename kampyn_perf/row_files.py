"""Rows of a file: a JSON list, JSON Lines, or CSV; every line that is wrong, with its number."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from kampyn_perf.errors import ConfigError, KampynError, Problem

PROBLEMS_SHOWN = 10
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?")
_JSON_LINES = (".jsonl", ".ndjson")


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
        rows = list(objects_of(read_json(path, text), "", path, problems))
    elif suffix in _JSON_LINES:
        rows = list(_json_lines(text, path, problems))
    else:
        rows = list(_csv_rows(text, path, delimiter, problems, fields, skip_header=skip_header))
        if numbers:
            rows = [{name: _number(value) for name, value in row.items()} for row in rows]
    if not rows and not problems:
        problems.append(Problem("", "has no rows", str(path)))
    if problems:
        raise ConfigError(problems[:PROBLEMS_SHOWN])
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


def read_json(path: Path, text: str) -> Any:
    """`text`, which stands in `path`. Raises ConfigError."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ConfigError([Problem("", f"is not JSON: {error}", str(path))]) from error


def objects_of(
    rows: Any, key: str, path: Path, problems: list[Problem]
) -> Iterator[dict[str, Any]]:
    """Those of a list; what is none is a problem, with its place below `key`."""
    if not isinstance(rows, list):
        problems.append(Problem(key, "is no list of objects", str(path)))
        return
    for index, row in enumerate(rows):
        if isinstance(row, dict):
            yield row
        else:
            problems.append(Problem(f"{key}[{index}]", "is not a JSON object", str(path)))


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
