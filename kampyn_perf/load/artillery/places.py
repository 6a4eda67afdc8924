"""Where what was translated stood in the script: problems of the translation are told with the
script's own path and line. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from kampyn_perf.errors import Problem
from kampyn_perf.sources import PathKey, Source, format_path
from kampyn_perf.suggest import near_or_known


@dataclass(frozen=True)
class Translated(Source):
    """Data made of a script; `lines` are the script's."""

    origins: Mapping[PathKey, PathKey] = field(default_factory=dict)
    """By the path here: the path in the script."""

    def spelled(self, path: PathKey) -> str:
        """The script's path."""
        return format_path(self._origin(path))

    def where(self, path: PathKey) -> str:
        """The script's name and line."""
        return super().where(self._origin(path))

    def _origin(self, path: PathKey) -> PathKey:
        for length in range(len(path), 0, -1):
            if path[:length] in self.origins:
                return (*self.origins[path[:length]], *path[length:])
        return path


class Notes:
    """What is wrong with a script, and what is said of it."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.problems: list[Problem] = []
        self.remarks: list[str] = []
        self.hooks: list[PathKey] = []
        """Where JavaScript is asked for."""

    def wrong(self, path: PathKey, message: str) -> None:
        """What ends it."""
        self.problems.append(self.problem(path, message))

    def problem(self, path: PathKey, message: str) -> Problem:
        """With its place."""
        return Problem(self.source.spelled(path), message, self.source.where(path))

    def remark(self, path: PathKey, message: str) -> None:
        """What is said, and ends nothing."""
        text = f"{self.source.where(path)}: {self.source.spelled(path)}: {message}"
        if text not in self.remarks:
            self.remarks.append(text)

    def hook(self, path: PathKey, name: object, instead: str) -> None:
        """A function of JavaScript."""
        names = ", ".join(str(part) for part in name) if isinstance(name, list) else str(name)
        self.hooks.append(path)
        self.wrong(path, f"runs the JavaScript function {names}, which cannot run here; {instead}")

    def known(self, path: PathKey, mapping: Mapping[str, Any], keys: Iterable[str]) -> None:
        """A problem for each key that is none of Artillery's."""
        allowed = list(keys)
        for key in mapping:
            if key not in allowed:
                self.wrong((*path, key), f"unknown key; {near_or_known(str(key), allowed)}")

    def mapping(self, path: PathKey, value: Any) -> dict[str, Any]:
        """`value`, if it is a mapping; a problem, and an empty one, otherwise."""
        if value is None:
            return {}
        if isinstance(value, Mapping):
            return dict(value)
        self.wrong(path, "is no mapping")
        return {}

    def entries(self, path: PathKey, value: Any) -> list[Any]:
        """`value`, if it is a list; a problem, and an empty one, otherwise."""
        if isinstance(value, list):
            return value
        self.wrong(path, "is no list")
        return []
