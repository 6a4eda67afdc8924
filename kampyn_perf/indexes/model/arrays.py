"""Arrays under the fields of one key, as a server meets them when it makes index entries. Pure.

Two fields of a key may lie in one array, but may not be two (error 171). Source:
https://www.mongodb.com/docs/manual/core/indexes/index-types/index-multikey/ (limitations).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Path = tuple[str, ...]


def parallel_arrays(document: Mapping[str, Any], fields: Sequence[str]) -> tuple[str, ...]:
    """Two of `fields` that are arrays beside each other in `document`, or none."""
    return _parallel(document, [(field, tuple(field.split("."))) for field in fields])


def _parallel(value: Any, paths: Sequence[tuple[str, Path]]) -> tuple[str, ...]:
    met: dict[Path, list[tuple[str, Path, list[Any]]]] = {}
    for field, path in paths:
        place, rest, items = _first_array(value, path)
        if isinstance(items, list):
            met.setdefault(place, []).append((field, rest, items))
    if len(met) > 1:
        return tuple(members[0][0] for members in met.values())[:2]
    for members in met.values():
        below = [(field, rest) for field, rest, _ in members if rest]
        for item in members[0][2]:
            if isinstance(item, Mapping) and (clash := _parallel(item, below)):
                return clash
    return ()


def _first_array(value: Any, path: Path) -> tuple[Path, Path, Any]:
    """Where on the way the first array lies that is gone through item by item, what of the path is
    left there, and the array. A number after an array means one item of it."""
    done = 0
    while done < len(path):
        if isinstance(value, list):
            if not path[done].isdigit():
                break
            number = int(path[done])
            value = value[number] if number < len(value) else None
        else:
            value = value.get(path[done]) if isinstance(value, Mapping) else None
        done += 1
    return path[:done], path[done:], value


def has_array(document: Mapping[str, Any], field: str) -> bool:
    """Whether `field` is an array, or lies in one."""
    return isinstance(_first_array(document, tuple(field.split(".")))[2], list)


def has_position(field: str) -> bool:
    """Whether a path names one item of an array: `items.0.sku`."""
    return any(part.isdigit() for part in field.split(".")[1:])


def prefixes(field: str) -> tuple[str, ...]:
    """`a`, `a.b` and `a.b.c` of `a.b.c`."""
    parts = field.split(".")
    return tuple(".".join(parts[:length]) for length in range(1, len(parts) + 1))
