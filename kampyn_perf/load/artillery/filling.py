"""What of `config` is put together before the run: an environment laid over it, and names such as
`{{ $env.NAME }}` filled in. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kampyn_perf.load.artillery.places import Notes
from kampyn_perf.sources import PathKey

_TEMPLATE = re.compile(r"\{\{\s*(\$[\w.]+)\s*\}\}")


def merged(base: Any, other: Any) -> Any:
    """`other` over `base`, as Artillery puts an environment over `config`: mappings by key, lists
    by place."""
    if isinstance(base, Mapping) and isinstance(other, Mapping):
        return {**base, **{key: merged(base.get(key), value) for key, value in other.items()}}
    if isinstance(base, list) and isinstance(other, list):
        both = [merged(a, b) for a, b in zip(base, other, strict=False)]
        return both + other[len(base) :] + base[len(other) :]
    return base if other is None else other


def filled(
    value: Any,
    known: Mapping[str, str],
    notes: Notes,
    path: PathKey,
    *,
    keep_variables: bool = False,
) -> Any:
    """`{{ $env.NAME }}` and the like in `config`, which are filled in before the run. With
    `keep_variables` not what `variables` take from the environment: it may be secret."""
    if isinstance(value, Mapping):
        return {
            key: inner
            if key == "headers"
            else filled(inner, known, notes, (*path, key), keep_variables=keep_variables)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [
            filled(inner, known, notes, (*path, index), keep_variables=keep_variables)
            for index, inner in enumerate(value)
        ]
    if not isinstance(value, str):
        return value

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        root, _, variable = name.partition(".")
        key = f"$env.{variable}" if root in ("$env", "$processEnvironment") else name
        if keep_variables and variable and path[1:2] == ("variables",):
            notes.wrong(path, f"comes from the environment; say {match[0]} where it is used")
            return match[0]
        if key in known:
            return known[key]
        why = (
            f"the environment variable {variable} is not set"
            if variable
            else f"{name} is not known"
        )
        notes.wrong(path, why)
        return ""

    return _TEMPLATE.sub(fill, value)
