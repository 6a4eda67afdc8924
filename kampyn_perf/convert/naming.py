"""Names of the written files' things, out of whatever a source calls its own. Pure."""

from __future__ import annotations

import re
from collections.abc import Container

from kampyn_perf.datafile import singular

_IDENTIFYING = re.compile(r"(?<=.)(?:[_-]?(?:id|uuid|guid|key|slug|code|no|number))$", re.I)
_VARYING = re.compile(
    r"\d+|[0-9a-f]{16,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|(?=.*\d)[\w-]{20,}", re.I
)


def identifier(text: str, *, otherwise: str = "value") -> str:
    """`text` as a name that a template can have: letters of ASCII, digits, underscores."""
    words = re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")
    if not words:
        return otherwise
    return f"_{words}" if words[0].isdigit() else words


def snake(text: str) -> str:
    """`listPets` and `List pets` as `list_pets`."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return identifier(apart).lower()


def file_name(text: str, *, otherwise: str) -> str:
    """`text` as the name of a target's file, without an ending. `localhost` is none: as a target it
    is an address."""
    name = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].rstrip("-")
    return name if name not in ("", "localhost") else otherwise


def unused(name: str, taken: Container[str], *, joint: str = "_") -> str:
    """`name`, or with the first number behind it that makes it another than those `taken`."""
    if name not in taken:
        return name
    number = 2
    while f"{name}{joint}{number}" in taken:
        number += 1
    return f"{name}{joint}{number}"


def entity(parameter: str, segment_before: str) -> str:
    """Whose parameter it is: `pet` of `petId`, and of `id` in `/pets/{id}`."""
    stem = _IDENTIFYING.sub("", parameter)
    generic = stem.lower() in ("id", "uuid", "guid", "key", "slug", "code", "no", "number", "name")
    if generic and segment_before:
        stem = singular(segment_before)
    return snake(stem)


def path_name(path: str) -> str:
    """A path as reports should call it, so that those that differ in an id alone are one."""
    return "/".join("{id}" if _VARYING.fullmatch(part) else part for part in path.split("/"))


def variable_name(*words: str) -> str:
    """A variable of the environment; none that has a meaning of its own there, as PATH and USER."""
    return f"TARGET_{identifier('_'.join(words), otherwise='VALUE').upper().strip('_')}"
