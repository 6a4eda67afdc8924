"""Fields of a form with parts (multipart/form-data), as the client takes them. Reads files, each
once in a process."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from kampyn_perf.load.scenario.templates import Templates, as_text
from kampyn_perf.load.target.request import Part

Made = tuple[Any, ...]
"""A file's name or None, what is sent, and perhaps its type."""
MakePart = Callable[[Mapping[str, Any]], Made]
_MOST_FILES = 64


def prepare_parts(
    fields: Mapping[str, Part], templates: Templates
) -> Callable[[Mapping[str, Any]], dict[str, Made]]:
    """What makes the fields for a session. Raises ValueError for a template that is none."""
    makers = {name: _maker(part, templates) for name, part in fields.items()}
    return lambda data: {name: make(data) for name, make in makers.items()}


def _maker(part: Part, templates: Templates) -> MakePart:
    fill = templates.value(part.fromFile or part.value)
    kind = (part.contentType,) if part.contentType else ()
    if not part.fromFile:
        return lambda data: (None, as_text(fill(data) if fill else part.value), *kind)

    def upload(data: Mapping[str, Any]) -> Made:
        path = as_text(fill(data)) if fill else part.fromFile
        guessed = kind or (mimetypes.guess_type(path)[0] or "application/octet-stream",)
        return (Path(path).name, _content(path), *guessed)

    return upload


@lru_cache(maxsize=_MOST_FILES)
def _content(path: str) -> bytes:
    """Raises UploadError."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UploadError(f"cannot upload {path}: {error.strerror or error}") from error


class UploadError(Exception):
    """A file that is to be sent and cannot be read."""
