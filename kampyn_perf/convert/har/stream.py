"""The entries of an archive, one after the other: an archive of any size takes the memory of its
largest entry. Microseconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import ijson

from kampyn_perf.convert.documents import pointer, wrong
from kampyn_perf.errors import ConfigError, KampynError

_BOM = b"\xef\xbb\xbf"
_ENTRIES = "log.entries.item"


def entries(path: Path) -> Iterator[dict[str, Any]]:
    """Each entry of the archive. Raises KampynError for a file that cannot be read, ConfigError,
    with the entry, for one that is no archive."""
    number = 0
    try:
        with path.open("rb") as file:
            _skip_mark(file, path)
            for number, entry in enumerate(ijson.items(file, _ENTRIES, use_float=True), start=1):
                if not isinstance(entry, dict):
                    raise _wrong(path, number, "is no JSON object")
                yield entry
    except OSError as error:
        raise KampynError(f"cannot read {path}: {error.strerror or error}") from error
    except ijson.JSONError as error:
        raise _not_json(path, number, error) from error
    except UnicodeDecodeError as error:
        hint = "Write it as UTF-8: iconv -f LATIN1 -t UTF-8."
        raise _wrong(path, number + 1, f"is not UTF-8 text: {error.reason}", hint=hint) from error
    if not number:
        hint = "It looks like no recording of a browser: a HAR has log.entries."
        raise wrong(str(path), "#/log/entries", "has no entries", hint=hint)


def _skip_mark(file: IO[bytes], path: Path) -> None:
    first = file.read(4)
    if first[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise wrong(str(path), "", "is not UTF-8 text, but UTF-16",
                    hint="Write it as UTF-8: iconv -f UTF-16 -t UTF-8.")  # fmt: skip
    if not first.strip():
        rest = file.read(4096)
        if not rest.strip():
            raise wrong(str(path), "", "is empty")
    file.seek(len(_BOM) if first.startswith(_BOM) else 0)


def _not_json(path: Path, number: int, error: Exception) -> ConfigError:
    words = str(error).strip().splitlines()[0] if str(error).strip() else "it ends too early"
    hint = ""
    if isinstance(error, ijson.IncompleteJSONError):
        hint = "Was it saved to the end?"
    if not number:
        return wrong(str(path), "", f"is not JSON: {words}", hint=hint)
    return _wrong(path, number + 1, f"is not JSON: {words}", hint=hint)


def _wrong(path: Path, number: int, message: str, *, hint: str = "") -> ConfigError:
    return wrong(str(path), pointer("log", "entries", number - 1), message, hint=hint)
