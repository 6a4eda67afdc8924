"""Rows of a CSV or JSON Lines file, for sessions to work with."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from kampyn_perf.errors import ConfigError, KampynError, Problem

_PROBLEMS_SHOWN = 10
_JSON_SUFFIXES = (".jsonl", ".ndjson")


def read_rows(path: Path, *, delimiter: str = ",") -> list[dict[str, Any]]:
    """All rows of `path`: JSON Lines by its name (.jsonl, .ndjson), CSV with a header otherwise.

    Raises KampynError for a file that cannot be read, ConfigError with every line that is wrong.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")  # line ends inside a field are its own
    except OSError as error:
        raise KampynError(f"cannot read {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        problem = Problem("", f"is not UTF-8 text ({error.reason})", str(path))
        raise ConfigError([problem]) from error
    problems: list[Problem] = []
    if path.suffix.lower() in _JSON_SUFFIXES:
        rows = list(_json_lines(text, path, problems))
    else:
        rows = list(_csv_rows(text, path, delimiter, problems))
    if not rows and not problems:
        problems.append(Problem("", "has no rows", str(path)))
    if problems:
        raise ConfigError(problems[:_PROBLEMS_SHOWN])
    return rows


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
    text: str, path: Path, delimiter: str, problems: list[Problem]
) -> Iterator[dict[str, Any]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = next(reader, [])
        names = [name.strip() for name in header]
        if "" in names or len(set(names)) != len(names):
            problems.append(Problem("", "the header has an empty name, or one twice", f"{path}:1"))
            return
        for row in reader:
            if not row:
                continue
            if len(row) != len(names):
                message = f"has {len(row)} fields; the header has {len(names)}"
                problems.append(Problem("", message, f"{path}:{reader.line_num}"))
                continue
            yield dict(zip(names, row, strict=True))
    except csv.Error as error:
        problems.append(Problem("", f"is not CSV: {error}", f"{path}:{reader.line_num}"))
