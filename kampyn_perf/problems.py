"""What a model found wrong with a configuration, in words for whoever wrote it: the place, what is
expected there, and of the value only what may be seen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kampyn_perf.errors import Problem
from kampyn_perf.redact import HIDDEN, describe, is_secret
from kampyn_perf.sources import PathKey, Source
from kampyn_perf.suggest import near_or_known

_MAPPING_ERRORS = ("model_type", "model_attributes_type", "dict_type", "mapping_type")


def problems(
    error: ValidationError, model: type[BaseModel], source: Source, prefix: PathKey
) -> Iterator[Problem]:
    """Each problem of `error`, with its place in `source`."""
    for item in error.errors(include_url=False):
        if _follows(item):
            continue
        path = (*prefix, *(part for part in item["loc"] if not _is_tag(part)))
        yield Problem(source.spelled(path), _message(item, model, path), source.where(path))


def child(current: Any, part: str | int) -> tuple[Any, bool]:
    """The model behind one step of a path, as far as annotations tell; whether in a mapping."""
    fields = getattr(current, "model_fields", None)
    if not fields:
        return None, False
    annotation = next(
        (info.annotation for name, info in fields.items() if part in (name, info.alias)), None
    )
    return _find_model(annotation), get_origin(annotation) in (dict, Mapping)


def _message(item: ErrorDetails, model: type[BaseModel], path: PathKey) -> str:
    kind, value = item["type"], item["input"]
    secret = any(is_secret(part) for part in path if isinstance(part, str))
    if kind == "extra_forbidden":
        return "unknown key" + _suggest(model, item["loc"])
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        return _unquoted(item["msg"].removeprefix("Value error, "), value, secret=secret)
    if kind in _MAPPING_ERRORS:
        words = "input should be a mapping"
    else:
        words = item["msg"][0].lower() + item["msg"][1:]
    return f"{words} (got {HIDDEN if secret else describe(value)})"


def _unquoted(words: str, value: Any, *, secret: bool) -> str:
    """A validator's own words, which may quote the value, with only what may be seen of it."""
    if secret and value:
        return words.replace(repr(value), HIDDEN).replace(str(value), HIDDEN)
    if isinstance(value, str | list | tuple | Mapping):
        return words.replace(repr(value), describe(value))
    return words


def _follows(item: ErrorDetails) -> bool:
    """Whether a list is short only because of entries that are told of already."""
    return item["type"] == "too_short" and len(item["input"]) >= item["ctx"]["min_length"]


def _is_tag(part: str | int) -> bool:
    """Pydantic puts the name of a union's member into the path; files have no such level."""
    return isinstance(part, str) and bool(re.search(r"[\[\]()]|^(str|int|float|bool|none)$", part))


def _suggest(model: type[BaseModel], loc: Sequence[str | int]) -> str:
    """The allowed key that was probably meant, or the list of what is allowed."""
    current: Any = model
    below_mapping = False
    for part in loc[:-1]:
        if below_mapping or isinstance(part, int):
            below_mapping = False  # a key or an index: the model of the entries is known already
        else:
            current, below_mapping = child(current, part)
    fields = getattr(current, "model_fields", None)
    if not fields:
        return ""
    allowed = [info.alias or name for name, info in fields.items()]
    return f"; {near_or_known(str(loc[-1]), allowed)}"


def _find_model(annotation: Any) -> Any:
    if hasattr(annotation, "model_fields"):
        return annotation
    return next((model for arg in get_args(annotation) if (model := _find_model(arg))), None)
