"""One index as Mongoose declares it, as a specification."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kampyn_perf.indexes.model.options import OPTIONS, Kind
from kampyn_perf.indexes.model.spec import SPECIAL, IndexSpec, Key
from kampyn_perf.units import MICROSECONDS, parse_duration

_IGNORED = frozenset({"background", "w", "writeConcern", "dropDups", "autoIndex", "_autoIndex"})
"""Options that say how Mongoose builds, not what."""
_NAMES = {"name": "name"} | {
    known: option.name for option in OPTIONS for known in (option.name, *option.also)
}
_SECONDS = {
    word: seconds
    for seconds, words in (
        (1, "s sec secs second seconds"),
        (60, "m min mins minute minutes"),
        (3_600, "h hr hrs hour hours"),
        (86_400, "d day days"),
        (604_800, "w week weeks"),
        (31_557_600, "y yr yrs year years"),
    )
    for word in words.split()
}
_WORDS = re.compile(
    rf"(\d+(?:\.\d+)?|\.\d+) *({'|'.join(sorted(_SECONDS, key=len, reverse=True))})"
)
_DURATIONS = {option.name for option in OPTIONS if option.kind is Kind.SECONDS}


def mongoose_spec(
    keys: Mapping[str, Any], options: Mapping[str, Any], name: str, notes: list[str]
) -> IndexSpec:
    """One declaration as a specification. What no index has is left out, with a note. Raises
    ValueError for what is no key and no duration."""
    given: dict[str, Any] = {}
    for option, value in options.items():
        if option in _NAMES:
            known = _NAMES[option]
            given[known] = _seconds(value) if known in _DURATIONS else value
        elif option not in _IGNORED:
            notes.append(f"{name}: left out the option {option}, which no index has")
    return IndexSpec(keys=_keys(keys), name=given.pop("name", ""), options=given)


def _keys(keys: Mapping[str, Any]) -> tuple[Key, ...]:
    if not keys:
        raise ValueError("an index without keys")
    return tuple((str(path), _direction(path, kind)) for path, kind in keys.items())


def _direction(path: str, kind: Any) -> int | str:
    """Mongoose takes 1, "1", "asc", "ascending" and their opposites."""
    words = {"1": 1, "asc": 1, "ascending": 1, "true": 1, "-1": -1, "desc": -1, "descending": -1}
    text = str(kind).lower().removesuffix(".0")
    if text in words:
        return words[text]
    if kind in SPECIAL:
        return str(kind)
    raise ValueError(f"{path}: {kind!r} is no direction of an index")


def _seconds(value: Any) -> int | float:
    """`expires: "30d"`, `"2 days"` or a number of seconds, as the package ms reads them."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    words = _WORDS.fullmatch(str(value).strip().lower())
    if words is None:
        return parse_duration(str(value)) // MICROSECONDS
    return round(float(words[1]) * _SECONDS[words[2]])
