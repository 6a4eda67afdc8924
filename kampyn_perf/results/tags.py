"""Names and a reason that people give to a run, in a file of their own beside its result."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from kampyn_perf import names
from kampyn_perf.errors import KampynError
from kampyn_perf.files import write_whole

_TAG = re.compile(r"[A-Za-z0-9_][\w./-]{0,62}")


class Tags(NamedTuple):
    """What people call a run."""

    tags: tuple[str, ...] = ()
    note: str = ""


def read(folder: Path) -> Tags:
    """Those of the run in `folder`; none where there is no such file, or it is none of ours."""
    return read_in(os.fspath(folder))


def read_in(folder: str) -> Tags:
    """The same: a list asks so a thousand times, and a Path for each costs more than the file."""
    try:
        with open(f"{folder}/{names.TAGS_FILE}", "rb") as file:  # noqa: PTH123
            document: Any = orjson.loads(file.read())
    except (OSError, orjson.JSONDecodeError):
        return Tags()
    if not isinstance(document, dict) or document.get("schema") != names.TAGS_SCHEMA:
        return Tags()
    tags, note = document.get("tags"), document.get("note")
    return Tags(
        tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        note if isinstance(note, str) else "",
    )


def write(folder: Path, tags: Tags) -> None:
    """Put `tags` beside the run; without any, the file goes. Raises KampynError."""
    path = folder / names.TAGS_FILE
    if not tags.tags and not tags.note:
        path.unlink(missing_ok=True)
        return
    document = {
        "schema": names.TAGS_SCHEMA,
        "version": names.TAGS_VERSION,
        "tags": list(tags.tags),
        "note": tags.note,
    }
    write_whole(path, orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


def checked(tags: Iterable[str]) -> tuple[str, ...]:
    """`tags`, each once. Raises KampynError for what cannot be one."""
    unique = tuple(dict.fromkeys(tags))
    for tag in unique:
        if not _TAG.fullmatch(tag) or tag.split("-")[0] == names.LATEST:
            raise KampynError(
                f"{tag!r} cannot be a tag",
                hint="A tag has up to 63 letters, digits and . _ - /, begins with a letter or a "
                "digit, and is no name of the newest run (latest, latest-load, latest-bench).",
            )
    return unique


def tagged(base: Path, tag: str) -> list[Path]:
    """The run folders in `base` that have `tag`, the newest first (by name, which is a time, and
    by their own start where somebody named them)."""
    if not base.is_dir():
        return []
    held = [
        path.parent for path in base.glob(f"*/{names.TAGS_FILE}") if not path.parent.is_symlink()
    ]
    return sorted((folder for folder in held if tag in read(folder).tags), key=_age, reverse=True)


def _age(folder: Path) -> tuple[int, str]:
    """When the result was begun, as far as the file system knows; then by name."""
    try:
        return int((folder / names.CONFIG_FILE).stat().st_mtime_ns), folder.name
    except OSError:
        try:
            return int((folder / names.RESULT_FILE).stat().st_mtime_ns), folder.name
        except OSError:
            return 0, folder.name
